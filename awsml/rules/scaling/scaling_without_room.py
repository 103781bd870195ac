"""An endpoint is registered for scaling between a number and itself.

## Why
It never scales: nights and week-ends cost as much as the busiest hour.

## Flagged
    ServiceNamespace: sagemaker
    ResourceId: endpoint/detector/variant/AllTraffic
    ScalableDimension: sagemaker:variant:DesiredInstanceCount
    MinCapacity: 2
    MaxCapacity: 2

## Preferred
    ServiceNamespace: sagemaker
    ResourceId: endpoint/detector/variant/AllTraffic
    ScalableDimension: sagemaker:variant:DesiredInstanceCount
    MinCapacity: 1
    MaxCapacity: 4
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import REGISTER

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html"


def check(target: Part) -> Problems:
    least, most = target["MinCapacity"], target["MaxCapacity"]
    if target["ServiceNamespace"].text != "sagemaker" or least.number is None:
        return
    if least.number == most.number:
        yield Problem(
            most,
            f"the capacity is always {least.number}",
            "raise the maximum, or do not register the target",
            related=((least, "at least"),),
        )
