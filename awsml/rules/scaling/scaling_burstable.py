"""An endpoint on burstable instances is registered for scaling.

SageMaker does not scale variants on `ml.t2` and `ml.t3`.

## Why
AWS refuses to register the variant.

## Flagged
    - api: sagemaker:CreateEndpointConfig
      params:
        EndpointConfigName: detector
        ProductionVariants:
          - {VariantName: all, ModelName: m, InstanceType: ml.t2.medium, InitialInstanceCount: 1}
    - api: application-autoscaling:RegisterScalableTarget
      params:
        ServiceNamespace: sagemaker
        ResourceId: endpoint/detector/variant/all
        ScalableDimension: sagemaker:variant:DesiredInstanceCount

## Preferred
    - api: sagemaker:CreateEndpointConfig
      params:
        EndpointConfigName: detector
        ProductionVariants:
          - {VariantName: all, ModelName: m, InstanceType: ml.m5.large, InitialInstanceCount: 1}
    - api: application-autoscaling:RegisterScalableTarget
      params:
        ServiceNamespace: sagemaker
        ResourceId: endpoint/detector/variant/all
        ScalableDimension: sagemaker:variant:DesiredInstanceCount
"""

from awsml.rules.rule import Confidence, Level, PlanView, Problem, Problems
from awsml.rules.scaling._targets import REGISTER, variant_of

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER,)
SOURCE = "https://github.com/aws/aws-cdk/issues/22886"
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    for target in plan.calls(REGISTER):
        named = variant_of(target)
        for config in plan.calls("sagemaker:CreateEndpointConfig"):
            for variant in config["ProductionVariants"].items:
                if named is None or variant["VariantName"].text != named.variant:
                    continue
                kind = variant["InstanceType"]
                if (kind.text or "").startswith(("ml.t2.", "ml.t3.")):
                    yield Problem(
                        kind,
                        f"`{kind.text}` is burstable, and its variant is registered for scaling",
                        "use a type that scales, such as ml.m5.large",
                        related=((target["ResourceId"], "registered here"),),
                    )
