"""A variant says neither on what it runs nor who may run it.

It needs an instance type (or a list of pools), or serverless settings. A variant without a model
is for inference components, and then the configuration needs an execution role.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    ProductionVariants: [{VariantName: all, ModelName: detector}]

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, InstanceType: ml.m5.xlarge,
          InitialInstanceCount: 1}
"""

from awsml.rules.hosting._variants import VARIANTS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = VARIANTS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html"

# A member that is written as null is there for this rule: the shape check says what is wrong.
_CAPACITY = ("InstanceType", "ServerlessConfig", "InstancePools")


def check(variant: Part) -> Problems:
    written = {key for key, _ in variant.entries}
    if not any(variant[name].exists or name in written for name in _CAPACITY):
        message = f"`{variant}` names no instance type and is not serverless"
        yield Problem(variant, message, "add `InstanceType` and `InitialInstanceCount`")
    pools = variant["InstancePools"].items
    named = (
        variant["ModelName"].exists
        or "ModelName" in written
        or (bool(pools) and all(pool["ModelNameOverride"].exists for pool in pools))
    )
    if not named and not variant.around["ExecutionRoleArn"].exists:
        yield Problem(
            variant,
            f"`{variant}` names no model, and without one the configuration needs a role",
            "add `ModelName`, or `ExecutionRoleArn` for inference components",
        )
