"""An instance type has been retired by AWS.

The lists of the API never shrink, so a retired type passes them. P2, P3, G3 and G4ad are gone from
EC2; nothing shows that SageMaker still starts them.

## Why
The job waits for capacity that does not come, or fails to start.

## Flagged
    ResourceConfig: {InstanceType: ml.p3.2xlarge, InstanceCount: 1, VolumeSizeInGB: 100}

## Preferred
    ResourceConfig: {InstanceType: ml.g6.2xlarge, InstanceCount: 1}
"""

from awsml.catalog import accepted_by, life, price
from awsml.rules.machines._types import use_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import HOSTING_MACHINES, TRAINING_MACHINES

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_MACHINES + HOSTING_MACHINES
SOURCE = "https://aws.amazon.com/ec2/previous-generation/"


def check(machine: Part) -> Problems:
    part = machine["InstanceType"]
    use = use_of(machine)
    if part.text is None or use not in accepted_by(part.text):
        return
    end = life(part.text)
    if end is None or end.status != "retired":
        return
    region = machine.plan.region
    others = [
        _priced(f"ml.{name}", use, region)
        for name in end.replaced_by
        if use in accepted_by(f"ml.{name}")
    ]
    yield Problem(
        part,
        f"`{part.text}` was retired{f' on {end.since}' if end.since else ''}: {end.note}",
        f"use {' or '.join(others)}" if others else "use a newer type",
    )


def _priced(name: str, use: str, region: str | None) -> str:
    """A type with what an hour of it costs, where that is known."""
    cost = price(use, name, region) if region else None
    return f"`{name}` ({cost})" if cost else f"`{name}`"
