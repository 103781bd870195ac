"""A policy follows a metric of an endpoint in a namespace that does not have it.

CPU, GPU, memory and disk utilization are in `/aws/sagemaker/Endpoints`, calls, latency and
backlog in `AWS/SageMaker`. AWS accepts any name.

## Why
The alarm never gets data, and the endpoint never scales.

## Flagged
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 50
      CustomizedMetricSpecification:
        MetricName: CPUUtilization
        Namespace: AWS/SageMaker
        Statistic: Average

## Preferred
    TargetTrackingScalingPolicyConfiguration:
      TargetValue: 50
      CustomizedMetricSpecification:
        MetricName: CPUUtilization
        Namespace: /aws/sagemaker/Endpoints
        Statistic: Average
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import POLICY

LEVEL = Level.WARNING
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{POLICY}/TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification",)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html"

_MACHINES, _CALLS = "/aws/sagemaker/Endpoints", "AWS/SageMaker"
_HOME = {
    **dict.fromkeys(
        ("CPUUtilization", "GPUUtilization", "MemoryUtilization", "GPUMemoryUtilization"),
        _MACHINES,
    ),
    "DiskUtilization": _MACHINES,
    **dict.fromkeys(
        ("Invocations", "InvocationsPerInstance", "ModelLatency", "OverheadLatency"), _CALLS
    ),
    **dict.fromkeys(
        (
            "ApproximateBacklogSize",
            "ApproximateBacklogSizePerInstance",
            "HasBacklogWithoutCapacity",
        ),
        _CALLS,
    ),
}


def check(metric: Part) -> Problems:
    name, namespace = metric["MetricName"], metric["Namespace"]
    home = _HOME.get(name.text or "")
    if namespace.text in (_MACHINES, _CALLS) and home not in (None, namespace.text):
        yield Problem(
            namespace,
            f"`{name.text}` of endpoints is not in `{namespace.text}`",
            f"use {home}",
            related=((name, "the metric"),),
            fix=home,
        )
