"""An instance type is of an old generation.

AWS marks generations that have a successor. The successor does more work for a dollar, and old
machines become scarce.

## Why
Money and time: a newer type of the same size usually costs about the same and runs faster.

## Flagged
    ResourceConfig: {InstanceType: ml.m4.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}

## Preferred
    ResourceConfig: {InstanceType: ml.m7i.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}
"""

from awsml.catalog import accepted_by, life
from awsml.rules.machines._types import use_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import HOSTING_MACHINES, TRAINING_MACHINES

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_MACHINES + HOSTING_MACHINES
SOURCE = "https://aws.amazon.com/ec2/previous-generation/"


def check(machine: Part) -> Problems:
    part = machine["InstanceType"]
    age = life(part.text) if part.text else None
    if age is None or age.status != "old" or part.text is None:
        return
    size = part.text.rpartition(".")[2]
    use = use_of(machine)
    newer = [f"ml.{family}.{size}" for family in age.replaced_by]
    served = [name for name in newer if use in accepted_by(name)]
    if served:
        yield Problem(
            part,
            f"`{part.text}` is of an old generation: {age.note}",
            f"compare it with {' or '.join(served)}",
        )
