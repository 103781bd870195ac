"""A target tracking policy has no metric, two, or one of another dimension.

Variants take `SageMakerVariantInvocationsPerInstance` and its concurrent sibling, serverless ones
`SageMakerVariantProvisionedConcurrencyUtilization`, inference components their own.

## Why
AWS refuses the request.

## Flagged
    PolicyType: TargetTrackingScaling
    ScalableDimension: sagemaker:variant:DesiredProvisionedConcurrency
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 0.7
      PredefinedMetricSpecification:
        PredefinedMetricType: SageMakerVariantInvocationsPerInstance

## Preferred
    PolicyType: TargetTrackingScaling
    ScalableDimension: sagemaker:variant:DesiredProvisionedConcurrency
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 0.7
      PredefinedMetricSpecification:
        PredefinedMetricType: SageMakerVariantProvisionedConcurrencyUtilization

## AWS says
Scalable dimension sagemaker:variant:DesiredProvisionedConcurrency only supports the following
predefined metric types: SageMakerVariantProvisionedConcurrencyUtilization
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import COUNT, POLICY

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (POLICY,)
SOURCE = "https://github.com/aws/aws-cdk/issues/29065"

_METRICS = {
    COUNT: (
        "SageMakerVariantInvocationsPerInstance",
        "SageMakerVariantConcurrentRequestsPerModelHighResolution",
    ),
    "sagemaker:variant:DesiredProvisionedConcurrency": (
        "SageMakerVariantProvisionedConcurrencyUtilization",
    ),
    "sagemaker:inference-component:DesiredCopyCount": (
        "SageMakerInferenceComponentInvocationsPerCopy",
        "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
    ),
}


def check(policy: Part) -> Problems:
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    if not tracking.exists:
        return
    own, given = (
        tracking["CustomizedMetricSpecification"],
        tracking["PredefinedMetricSpecification"],
    )
    if own.exists and given.exists:
        yield Problem(
            own,
            "a predefined and a customized metric are given",
            "keep one of them",
            related=((given, "the predefined one"),),
        )
    elif not own.exists and not given.exists:
        yield Problem(tracking, "the policy has no metric", "add `PredefinedMetricSpecification`")
    label = given["ResourceLabel"]
    if label.exists and (given["PredefinedMetricType"].text or "").startswith("SageMaker"):
        yield Problem(label, f"`{label}` is for load balancers", "remove it")
    metric, dimension = given["PredefinedMetricType"], policy["ScalableDimension"]
    wanted = _METRICS.get(dimension.text or "")
    if wanted and metric.text is not None and metric.text not in wanted:
        yield Problem(
            metric,
            f"`{metric.text}` is no metric of {dimension.text}",
            f"use {wanted[0]}",
            related=((dimension, "the dimension"),),
            fix=wanted[0],
        )
