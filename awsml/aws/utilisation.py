"""Utilisation of a training job's machines, as CloudWatch keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.aws.cloudwatch import Query, finest_period, metric_data
from awsml.aws.session import Aws

NAMESPACE = "/aws/sagemaker/TrainingJobs"
METRICS = (
    "CPUUtilization",
    "GPUUtilization",
    "GPUMemoryUtilization",
    "MemoryUtilization",
    "DiskUtilization",
)


def utilisation_data(
    aws: Aws, job: str, count: int, started: float, ended: float, now: float
) -> Mapping[str, Any]:
    """GetMetricData's answer for every host of a job, times in seconds since 1970."""
    hosts = [f"{job}/algo-{number}" for number in range(1, count + 1)]
    queries = [
        Query(NAMESPACE, metric, (("Host", host),), label=f"{host} {metric}")
        for host in hosts
        for metric in METRICS
    ]
    return metric_data(aws, queries, started, ended, finest_period(started, now))
