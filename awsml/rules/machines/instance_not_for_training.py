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

from awsml.catalog import accepted_by
from awsml.requests.instances import looks_like_instance
from awsml.rules.machines._types import near_types
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_MACHINES

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = TRAINING_MACHINES
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"


def check(machine: Part) -> Problems:
    part = machine["InstanceType"]
    name = part.text
    if name is None:
        return
    uses = accepted_by(name) if name.startswith("ml.") else frozenset()
    if "training" in uses or (not uses and looks_like_instance(name)):
        return
    near = near_types(name, "training")
    yield Problem(part, _fact(name, uses), f"use {' or '.join(near)}" if near else None)


def _fact(name: str, uses: frozenset[str]) -> str:
    if uses:
        return f"`{name}` is for {', '.join(sorted(uses))}, not for training"
    if looks_like_instance(f"ml.{name}"):
        return f"`{name}` is a name of EC2; SageMaker's begin with `ml.`"
    return f"`{name}` is no instance type"
