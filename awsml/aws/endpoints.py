"""What endpoints did lately, as CloudWatch keeps it: invocations by variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from awsml.aws.session import Aws

NAMESPACE = "AWS/SageMaker"
_MACHINE = "/aws/sagemaker/Endpoints"
_SHARES = ("CPUUtilization", "GPUUtilization", "GPUMemoryUtilization", "MemoryUtilization")
_TIMES = ("ModelLatency", "OverheadLatency")  # in microseconds
_MINUTES_KEPT_SECONDS = 15 * 86_400
_MOST_QUERIES = 500
# Hours are kept for 455 days; a finer period finds no points that are older.
_HOUR = 3600


def last_invocations(
    aws: Aws, variants: Sequence[tuple[str, str]], days: int, now: float
) -> Mapping[tuple[str, str], float]:
    """When each (endpoint, variant) was last called within the days; absent: it was not.

    An endpoint that is not called publishes no points, so no data means no calls.
    """
    end = datetime.fromtimestamp(now, UTC)
    found: dict[tuple[str, str], float] = {}
    for start in range(0, len(variants), _MOST_QUERIES):
        part = variants[start : start + _MOST_QUERIES]
        params = {
            "MetricDataQueries": [
                _metric(f"v{i}", *variant, _HOUR, NAMESPACE, "Invocations", "Sum")
                for i, variant in enumerate(part)
            ],
            "StartTime": end - timedelta(days=days),
            "EndTime": end,
            "ScanBy": "TimestampDescending",
        }
        for result in aws.pages("cloudwatch", "GetMetricData", params, "MetricDataResults"):
            variant = part[int(result["Id"].removeprefix("v"))]
            moment = _latest(result)
            if moment is not None:
                found[variant] = max(moment, found.get(variant, 0.0))
    return found


def _latest(result: Mapping[str, Any]) -> float | None:
    """The newest hour with a call in it."""
    pairs = zip(result.get("Timestamps", ()), result.get("Values", ()), strict=False)
    return max((moment.timestamp() for moment, value in pairs if value > 0), default=None)


def endpoint_metrics(
    aws: Aws, endpoint: str, variant: str, started: float, ended: float, now: float
) -> Mapping[str, Any]:
    """Utilisation, latencies and invocations of a variant; what CloudWatch has of the network is
    nothing. Minutes are kept for 15 days, five minutes for longer."""
    period = 60 if now - started < _MINUTES_KEPT_SECONDS else 300
    asked = [(_MACHINE, name, "Average") for name in _SHARES]
    asked += [(NAMESPACE, name, "Average") for name in _TIMES]
    asked.append((NAMESPACE, "InvocationsPerInstance", "Sum"))
    queries = [_metric(f"m{i}", endpoint, variant, period, *one) for i, one in enumerate(asked)]
    params = {
        "MetricDataQueries": queries,
        "StartTime": datetime.fromtimestamp(started, UTC),
        "EndTime": datetime.fromtimestamp(ended, UTC),
        "ScanBy": "TimestampAscending",
    }
    results = list(aws.pages("cloudwatch", "GetMetricData", params, "MetricDataResults"))
    return {"period": period, "MetricDataResults": [_named(result, asked) for result in results]}


def _metric(
    identity: str,
    endpoint: str,
    variant: str,
    period: int,
    namespace: str,
    name: str,
    statistic: str,
) -> dict[str, Any]:
    dimensions = [
        {"Name": "EndpointName", "Value": endpoint},
        {"Name": "VariantName", "Value": variant},
    ]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
    return {"Id": identity, "MetricStat": {"Metric": metric, "Period": period, "Stat": statistic}}


def _named(result: Mapping[str, Any], asked: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    return {
        "Label": asked[int(result["Id"].removeprefix("m"))][1],
        "Timestamps": [moment.isoformat() for moment in result.get("Timestamps", ())],
        "Values": list(result.get("Values", ())),
    }
