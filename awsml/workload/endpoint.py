"""An endpoint in numbers: its load, and what was measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured of an endpoint. `signals` are shares of one, by the names that the tests
    for a bottleneck use; `instance` is the type it was measured on, `cores` where it is none."""

    instance: str
    cores: int | None = None
    signals: Mapping[str, float | None] = field(default_factory=dict)
    latency_seconds: float | None = None
    overhead_seconds: float | None = None
    requests_per_second: float | None = None  # of one instance, while it was measured
    throughput: float | None = None  # the most that one instance sustained
    p99_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class EndpointWorkload:
    """An endpoint: its machines, the load on it, and what was seen. Rates are of all instances."""

    region: str | None
    instance: str
    seen: Seen
    count: int = 1
    volume_gib: int | None = None
    requests_per_second: float | None = None
    payload_bytes: float | None = None
    response_bytes: float | None = None
    p99_seconds: float | None = None
    mean_share: float = 1.0  # mean rate over the peak rate
    realtime: bool = True
    seen_file: str | None = None
    candidates: tuple[str, ...] = ()
    fewest: int | None = None
    most: int | None = None
    scales_by_concurrency: bool = False
    target_open: bool = False  # the scaling target is left to awsml
    scaling_target: float | None = None  # as written: requests a minute, or in flight
    algorithm: str | None = None
    workers: int | None = None
    batch: int = 1
    cost_limit_usd: Decimal | None = None
    ttl_seconds: float | None = None
