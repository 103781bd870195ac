"""The smallest capacity is above the largest.

## Why
AWS refuses the request.

## Flagged
    ServiceNamespace: sagemaker
    ResourceId: endpoint/detector/variant/AllTraffic
    ScalableDimension: sagemaker:variant:DesiredInstanceCount
    MinCapacity: 4
    MaxCapacity: 2

## Preferred
    ServiceNamespace: sagemaker
    ResourceId: endpoint/detector/variant/AllTraffic
    ScalableDimension: sagemaker:variant:DesiredInstanceCount
    MinCapacity: 2
    MaxCapacity: 4

## AWS says
Maximum capacity cannot be less than minimum capacity
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import ACTION, REGISTER

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER, f"{ACTION}/ScalableTargetAction")
SOURCE = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html"


def check(target: Part) -> Problems:
    least, most = target["MinCapacity"], target["MaxCapacity"]
    if least.number is not None and least.number < 0:
        yield Problem(least, f"`{least}` is {least.number}, below 0", "use 0 or more")
    if least.number is not None and most.number is not None and least.number > most.number:
        yield Problem(
            least,
            f"at least {least.number} and at most {most.number} cannot both hold",
            "swap the two",
            related=((most, "at most"),),
        )
