"""A real-time variant is allowed to shrink to no instance.

Variants scale to zero only behind asynchronous endpoints, and inference components with managed
instance scaling. A real-time variant needs one instance.

## Why
Application Auto Scaling takes the number, and SageMaker does not go there, or calls fail.

## Flagged
    ServiceNamespace: sagemaker
    ResourceId: endpoint/detector/variant/AllTraffic
    ScalableDimension: sagemaker:variant:DesiredInstanceCount
    MinCapacity: 0
    MaxCapacity: 4

## Preferred
    ServiceNamespace: sagemaker
    ResourceId: endpoint/detector/variant/AllTraffic
    ScalableDimension: sagemaker:variant:DesiredInstanceCount
    MinCapacity: 1
    MaxCapacity: 4
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import COUNT, REGISTER

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html"


def check(target: Part) -> Problems:
    least = target["MinCapacity"]
    if target["ScalableDimension"].text != COUNT or least.number != 0:
        return
    configs = list(target.plan.calls("sagemaker:CreateEndpointConfig"))
    if any(config["AsyncInferenceConfig"].exists for config in configs):
        return
    yield Problem(
        least,
        "a variant shrinks to 0 instances only behind an asynchronous endpoint",
        "use 1, unless the endpoint is asynchronous",
    )
