"""Utilisation of a training job's machines, as CloudWatch keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from awsml.aws.session import Aws

NAMESPACE = "/aws/sagemaker/TrainingJobs"
METRICS = (
    "CPUUtilization",
    "GPUUtilization",
    "GPUMemoryUtilization",
    "MemoryUtilization",
    "DiskUtilization",
)
# CloudWatch keeps minutes for 15 days and five minutes for 63; asked for finer points than it
# still has, it answers with none and no error.
_KEPT = ((timedelta(days=15), 60), (timedelta(days=63), 300))
_OLDEST_PERIOD = 3600


def utilisation_data(
    aws: Aws, job: str, count: int, started: float, ended: float, now: float
) -> Mapping[str, Any]:
    """GetMetricData's answer for every host of a job, times in seconds since 1970."""
    start, end = (datetime.fromtimestamp(moment, UTC) for moment in (started, ended))
    age = datetime.fromtimestamp(now, UTC) - start
    period = next((seconds for kept, seconds in _KEPT if age < kept), _OLDEST_PERIOD)
    queries = [
        _query(f"h{host}m{index}", f"{job}/algo-{host}", metric, period)
        for host in range(1, count + 1)
        for index, metric in enumerate(METRICS)
    ]
    params = {
        "MetricDataQueries": queries,
        "StartTime": start,
        "EndTime": end,
        "ScanBy": "TimestampAscending",
    }
    results = aws.pages("cloudwatch", "GetMetricData", params, "MetricDataResults")
    return {"MetricDataResults": [_plain(result) for result in results]}


def _query(identity: str, host: str, metric: str, period: int) -> dict[str, Any]:
    dimension = {"Name": "Host", "Value": host}
    named = {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": [dimension]}
    stat = {"Metric": named, "Period": period, "Stat": "Average"}
    return {"Id": identity, "Label": f"{host} {metric}", "MetricStat": stat}


def _plain(result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Label": result.get("Label", ""),
        "Timestamps": [moment.isoformat() for moment in result.get("Timestamps", ())],
        "Values": list(result.get("Values", ())),
    }
