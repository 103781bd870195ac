"""A target for calls per instance is so low that every call adds an instance.

`SageMakerVariantInvocationsPerInstance` counts calls of one minute, so 0.7 is no share of 70 %:
it means less than one call a minute on each instance. Only the utilization of provisioned
concurrency is a share from 0 to 1.

## Why
The endpoint runs at its largest size under any load.

## Flagged
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 0.7
      PredefinedMetricSpecification:
        PredefinedMetricType: SageMakerVariantInvocationsPerInstance

## Preferred
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 600
      PredefinedMetricSpecification:
        PredefinedMetricType: SageMakerVariantInvocationsPerInstance
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import POLICY

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (f"{POLICY}/TargetTrackingScalingPolicyConfiguration",)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html"


def check(tracking: Part) -> Problems:
    target = tracking["TargetValue"]
    metric = tracking["PredefinedMetricSpecification.PredefinedMetricType"]
    if target.number is None or metric.text is None:
        return
    if "Invocations" in metric.text and target.number < 1:
        yield Problem(
            target,
            f"{target.number:g} calls a minute on each instance is less than one",
            "use the calls per second of one instance, times 60, times 0.5 to 0.7",
            related=((metric, "counts calls of a minute"),),
        )
    if metric.text.endswith("ProvisionedConcurrencyUtilization") and target.number > 1:
        yield Problem(
            target,
            f"the utilization of provisioned concurrency never reaches {target.number:g}: 1 is all",
            "use a share, such as 0.7",
            related=((metric, "a share from 0 to 1"),),
        )
