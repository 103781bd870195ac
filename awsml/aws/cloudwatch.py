"""Series of CloudWatch's metrics, as finely as it still keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from awsml.aws.session import Aws

# Minutes are kept for 15 days and five minutes for 63; asked for finer points than it still has,
# CloudWatch answers with none and no error.
_KEPT = ((timedelta(days=15), 60), (timedelta(days=63), 300))
HOUR_SECONDS = 3600  # kept for 455 days
_MOST_QUERIES = 500


@dataclass(frozen=True, slots=True)
class Query:
    """One metric of one thing; the label is what its answer is called."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str = "Average"
    label: str = ""


def finest_period(started: float, now: float) -> int:
    """Seconds of the finest points that are still there since a moment."""
    age = timedelta(seconds=now - started)
    return next((seconds for kept, seconds in _KEPT if age < kept), HOUR_SECONDS)


def metric_data(
    aws: Aws, queries: Sequence[Query], started: float, ended: float, period: int
) -> dict[str, Any]:
    """GetMetricData's answer with times as text, one series a query."""
    results = [
        {
            "Label": query.label or query.metric,
            "Timestamps": [moment.isoformat() for moment in result.get("Timestamps", ())],
            "Values": list(result.get("Values", ())),
        }
        for query, result in answers(aws, queries, started, ended, period)
    ]
    return {"period": period, "MetricDataResults": results}


def answers(
    aws: Aws, queries: Sequence[Query], started: float, ended: float, period: int
) -> Iterator[tuple[Query, Mapping[str, Any]]]:
    """Each part of an answer with its query; times in seconds since 1970."""
    for start in range(0, len(queries), _MOST_QUERIES):
        part = queries[start : start + _MOST_QUERIES]
        params = {
            "MetricDataQueries": [_asked(i, query, period) for i, query in enumerate(part)],
            "StartTime": datetime.fromtimestamp(started, UTC),
            "EndTime": datetime.fromtimestamp(ended, UTC),
            "ScanBy": "TimestampAscending",
        }
        for result in aws.pages("cloudwatch", "GetMetricData", params, "MetricDataResults"):
            yield part[int(result["Id"].removeprefix("q"))], result


def _asked(number: int, query: Query, period: int) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in query.dimensions]
    metric = {
        "Namespace": query.namespace,
        "MetricName": query.metric,
        "Dimensions": dimensions,
    }
    stat = {"Metric": metric, "Period": period, "Stat": query.statistic}
    return {"Id": f"q{number}", "MetricStat": stat}
