"""What endpoints did lately, as CloudWatch keeps it: invocations, latencies, utilisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from awsml.aws.cloudwatch import HOUR_SECONDS, Query, answers, finest_period, metric_data
from awsml.aws.session import Aws

NAMESPACE = "AWS/SageMaker"
_MACHINE = "/aws/sagemaker/Endpoints"
_SHARES = ("CPUUtilization", "GPUUtilization", "GPUMemoryUtilization", "MemoryUtilization")
_TIMES = ("ModelLatency", "OverheadLatency")  # in microseconds


def last_invocations(
    aws: Aws, variants: Sequence[tuple[str, str]], days: int, now: float
) -> Mapping[tuple[str, str], float]:
    """When each (endpoint, variant) was last called within the days; absent: it was not.

    An endpoint that is not called publishes no points, so no data means no calls. A period finer
    than an hour would find no points that are older.
    """
    queries = {_query(*variant, NAMESPACE, "Invocations", "Sum"): variant for variant in variants}
    began = now - timedelta(days=days).total_seconds()
    found: dict[tuple[str, str], float] = {}
    for query, result in answers(aws, list(queries), began, now, HOUR_SECONDS):
        variant, moment = queries[query], _latest(result)
        if moment is not None:
            found[variant] = max(moment, found.get(variant, 0.0))
    return found


def endpoint_metrics(
    aws: Aws, endpoint: str, variant: str, started: float, ended: float, now: float
) -> Mapping[str, Any]:
    """Utilisation, latencies and invocations of a variant; of its network CloudWatch has none."""
    asked = [(_MACHINE, name, "Average") for name in _SHARES]
    asked += [(NAMESPACE, name, "Average") for name in _TIMES]
    asked.append((NAMESPACE, "InvocationsPerInstance", "Sum"))
    queries = [_query(endpoint, variant, *one) for one in asked]
    return metric_data(aws, queries, started, ended, finest_period(started, now))


def _query(endpoint: str, variant: str, namespace: str, metric: str, statistic: str) -> Query:
    dimensions = (("EndpointName", endpoint), ("VariantName", variant))
    return Query(namespace, metric, dimensions, statistic)


def _latest(result: Mapping[str, Any]) -> float | None:
    """The newest hour with a call in it."""
    pairs = zip(result.get("Timestamps", ()), result.get("Values", ()), strict=False)
    return max((moment.timestamp() for moment, value in pairs if value > 0), default=None)
