"""An endpoint names an instance type that SageMaker does not host on.

The types of training and hosting differ: `ml.p3dn.24xlarge` trains only. A type that no list knows,
but that may well be newer than the lists, is only warned about (`unknown-instance-type`).

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, InitialInstanceCount: 1,
          InstanceType: ml.p3dn.24xlarge}

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, InitialInstanceCount: 1,
          InstanceType: ml.g5.12xlarge}
"""

from awsml.catalog import accepted_by
from awsml.requests.instances import looks_like_instance
from awsml.rules.machines._types import near_types
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import HOSTING_MACHINES

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = HOSTING_MACHINES
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html"


def check(machine: Part) -> Problems:
    part = machine["InstanceType"]
    name = part.text
    if name is None:
        return
    uses = accepted_by(name) if name.startswith("ml.") else frozenset()
    if "hosting" in uses or (not uses and looks_like_instance(name)):
        return
    near = near_types(name, "hosting")
    yield Problem(part, _fact(name, uses), f"use {' or '.join(near)}" if near else None)


def _fact(name: str, uses: frozenset[str]) -> str:
    if uses:
        return f"`{name}` is for {', '.join(sorted(uses))}, not for hosting"
    if looks_like_instance(f"ml.{name}"):
        return f"`{name}` is a name of EC2; SageMaker's begin with `ml.`"
    return f"`{name}` is no instance type"
