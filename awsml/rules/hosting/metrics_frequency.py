"""Metrics are published at an interval that does not exist.

Every 10, 30, 60, 120, 180, 240 or 300 seconds.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    MetricsConfig: {EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 45}

## Preferred
    EndpointConfigName: detector
    MetricsConfig: {EnableEnhancedMetrics: true, MetricPublishFrequencyInSeconds: 60}
"""

from awsml.rules.hosting._variants import CONFIG, CONTAINERS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (
    f"{CONFIG}/MetricsConfig",
    *(f"{place}.ContainerMetricsConfig.MetricsEndpoints[]" for place in CONTAINERS),
)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MetricsConfig.html"

_SECONDS = (10, 30, 60, 120, 180, 240, 300)


def check(metrics: Part) -> Problems:
    every = metrics["MetricPublishFrequencyInSeconds"]
    if every.number is not None and every.number not in _SECONDS:
        near = min(_SECONDS, key=lambda seconds: abs(seconds - (every.number or 0)))
        message = f"metrics are not published every {every.number:g} seconds"
        hint = f"use {', '.join(map(str, _SECONDS))}"
        yield Problem(every, message, hint, fix=str(near))
