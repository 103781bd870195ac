"""What endpoints did lately, as CloudWatch keeps it: invocations by variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from awsml.aws.session import Aws

NAMESPACE = "AWS/SageMaker"
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
            "MetricDataQueries": [_query(i, *variant) for i, variant in enumerate(part)],
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


def _query(index: int, endpoint: str, variant: str) -> dict[str, Any]:
    dimensions = [
        {"Name": "EndpointName", "Value": endpoint},
        {"Name": "VariantName", "Value": variant},
    ]
    metric = {"Namespace": NAMESPACE, "MetricName": "Invocations", "Dimensions": dimensions}
    return {"Id": f"v{index}", "MetricStat": {"Metric": metric, "Period": _HOUR, "Stat": "Sum"}}


def _latest(result: Mapping[str, Any]) -> float | None:
    """The newest hour with a call in it."""
    pairs = zip(result.get("Timestamps", ()), result.get("Values", ()), strict=False)
    return max((moment.timestamp() for moment, value in pairs if value > 0), default=None)
