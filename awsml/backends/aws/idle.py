"""Endpoints that cost and serve nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from awsml import catalog
from awsml.aws.answers import seconds
from awsml.aws.endpoints import last_invocations
from awsml.aws.session import Aws
from awsml.units import HOURS_PER_MONTH, counted

_OWNERS = ("owner", "Owner", "team", "Team")
SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class IdleEndpoint:
    """One endpoint. `usd_per_month` is None where a price is unknown; `last` is None where it
    was not called within the days that were looked at, or where that cannot be known."""

    name: str
    status: str
    created: float
    instances: Mapping[str, int]  # type to count
    usd_per_month: float | None
    owner: str | None
    last: float | None
    told: str  # how `last` is known, or why not
    idle: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "status": self.status,
            "created": self.created,
            "instances": dict(self.instances),
            "usd_per_month": self.usd_per_month,
            "owner": self.owner,
            "last_invocation": self.last,
            "told": self.told,
            "idle": self.idle,
        }


def idle_endpoints(aws: Aws, days: int, now: float) -> list[IdleEndpoint]:
    """Every endpoint that is in service, dearest first."""
    names = aws.pages("sagemaker", "ListEndpoints", {"StatusEquals": "InService"}, "Endpoints")
    queries = [{"EndpointName": row["EndpointName"]} for row in names]
    found = [aws.call("sagemaker", "DescribeEndpoint", query) for query in queries]
    variants = [(d["EndpointName"], v["VariantName"]) for d in found for v in _variants(d)]
    last = last_invocations(aws, variants, days, now)
    rows = [_judged(aws, described, last, days, now) for described in found]
    return sorted(rows, key=lambda row: -(row.usd_per_month or 0.0))


def _judged(
    aws: Aws,
    described: Mapping[str, Any],
    last: Mapping[tuple[str, str], float],
    days: int,
    now: float,
) -> IdleEndpoint:
    name = described["EndpointName"]
    query = {"EndpointConfigName": described["EndpointConfigName"]}
    config = aws.call("sagemaker", "DescribeEndpointConfig", query)
    instances = dict(_instances(described, config))
    created = seconds(described["CreationTime"])
    calls = [last[key] for v in _variants(described) if (key := (name, v["VariantName"])) in last]
    told, knowable = _told(config, instances, days)
    young = now - created < days * SECONDS_PER_DAY
    return IdleEndpoint(
        name=name,
        status=described["EndpointStatus"],
        created=created,
        instances=instances,
        usd_per_month=_dollars(instances, aws.region),
        owner=_owner(aws, described["EndpointArn"]),
        last=max(calls, default=None),
        told=f"{told}; it is younger than {counted(days, 'day')}" if young and not calls else told,
        idle=knowable and not calls and not young,
    )


def _told(config: Mapping[str, Any], instances: Mapping[str, int], days: int) -> tuple[str, bool]:
    """Where CloudWatch has no Invocations, nothing can be said of being idle."""
    if "AsyncInferenceConfig" in config:
        return "asynchronous: Invocations is not published, see ApproximateBacklogSize", False
    if not any("ModelName" in variant for variant in config["ProductionVariants"]):
        return "inference components: their metrics have other dimensions", False
    if not instances:
        return "serverless or scaled to zero: costs nothing while nobody calls", False
    return f"Invocations of the last {counted(days, 'day')}", True


def _variants(described: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(described.get("ProductionVariants", ()))


def _instances(
    described: Mapping[str, Any], config: Mapping[str, Any]
) -> Iterator[tuple[str, int]]:
    """Type and what runs of it now."""
    running = {v["VariantName"]: v.get("CurrentInstanceCount", 0) for v in _variants(described)}
    total: dict[str, int] = {}
    for variant in config["ProductionVariants"]:
        kind, count = variant.get("InstanceType"), running.get(variant["VariantName"], 0)
        if kind and count:
            total[kind] = total.get(kind, 0) + count
    yield from total.items()


def _dollars(instances: Mapping[str, int], region: str) -> float | None:
    whole = 0.0
    for kind, count in instances.items():
        price = catalog.price("hosting", kind, region)
        usd = price.estimate().expected if price else None
        if usd is None:
            return None
        whole += usd * count * HOURS_PER_MONTH
    return whole


def _owner(aws: Aws, arn: str) -> str | None:
    tags = {
        t["Key"]: t["Value"]
        for t in aws.pages("sagemaker", "ListTags", {"ResourceArn": arn}, "Tags")
    }
    return next((tags[key] for key in _OWNERS if key in tags), None)
