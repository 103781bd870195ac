"""A training job names an instance type that SageMaker does not train on.

The types of training, hosting and notebooks differ: `ml.t2.medium` hosts, `ml.c5.large` hosts but
does not train, and a type of EC2 needs `ml.` before it. A type that no list knows, but that may
well be newer than the lists, is only warned about (`unknown-instance-type`).

## Why
AWS refuses the request.

## Flagged
    ResourceConfig: {InstanceType: ml.t2.medium, InstanceCount: 1, VolumeSizeInGB: 30}

## Preferred
    ResourceConfig: {InstanceType: ml.m5.large, InstanceCount: 1, VolumeSizeInGB: 30}

## AWS says
Value 'ml.t2.medium' at 'resourceConfig.instanceType' failed to satisfy constraint: Member must
satisfy enum value set
"""

from awsml.rules.machines._types import not_for
from awsml.rules.rule import Confidence, Level, Part, Problems
from awsml.rules.subjects import TRAINING_MACHINES

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = TRAINING_MACHINES
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"


def check(machine: Part) -> Problems:
    return not_for("training", machine)
