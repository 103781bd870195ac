"""An instance type is of an old generation, and a newer one of its size costs less.

AWS marks generations that have a successor. The rule speaks only where the newer type has a lower
price an hour, or where AWS lists no price of the old one any more; machines with accelerators are
left to `awsml advise`, which weighs their speed too.

## Why
Money, and capacity: old machines become scarce.

## Flagged
    ResourceConfig: {InstanceType: ml.c4.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}

## Preferred
    ResourceConfig: {InstanceType: ml.c6i.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}
"""

from functools import lru_cache

from awsml.catalog import accepted_by, instance, life, price
from awsml.rules.machines._types import use_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import HOSTING_MACHINES, TRAINING_MACHINES

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_MACHINES + HOSTING_MACHINES
SOURCE = "https://aws.amazon.com/ec2/previous-generation/"

# Prices are compared here where no Region is given.
_REGION = "us-east-1"


def check(machine: Part) -> Problems:
    part = machine["InstanceType"]
    if part.text is None:
        return
    better = _better(part.text, use_of(machine), machine.plan.region or _REGION)
    if better:
        yield Problem(
            part,
            f"`{part.text}` is of an old generation: {better[0]}",
            f"use {better[1]}",
        )


@lru_cache(maxsize=1024)
def _better(name: str, use: str, region: str) -> tuple[str, str] | None:
    """Why another type is better, and which; None when none is."""
    age = life(name)
    if age is None or age.status != "old":
        return None
    machine = instance(name)
    if machine and machine.accelerators:
        return None
    size = name.rpartition(".")[2]
    served = [f"ml.{family}.{size}" for family in age.replaced_by]
    priced = [
        (p.usd, one) for one in served if use in accepted_by(one) and (p := price(use, one, region))
    ]
    own = price(use, name, region)
    if not priced:
        return None
    cost, best = min(priced)
    if own is None:
        return f"AWS lists no price of it in {region} any more", f"{best} at ${cost:.3f}/h"
    if cost < own.usd:
        return f"it costs ${own.usd:.3f}/h, and `{best}` ${cost:.3f}", best
    return None
