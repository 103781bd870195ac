"""Jobs on AWS Batch in numbers: what one needs, and what may interrupt it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class BatchWorkload:
    """Jobs on AWS Batch: what one needs and takes, what may interrupt it, and when it runs."""

    region: str | None
    gpus: int = 0
    vcpus: int = 1
    memory_mib: int | None = None
    instances: tuple[str, ...] = ()  # families or types
    spot: bool = True
    fallback: bool = False
    platform: str = "ec2"
    max_vcpus: int = 64
    volume_gib: float = 100.0
    jobs: int = 1
    compute_seconds: float | None = None
    restart_seconds: float | None = None
    checkpoints: bool = False
    checkpoint_every_seconds: float | None = None
    checkpoint_seconds: float | None = None
    attempts: int | None = None
    reclaims_retried: bool = True
    timeout_seconds: float | None = None
    expression: str | None = None  # of the schedule, as EventBridge Scheduler takes it
    timezone: str = "UTC"
    window_seconds: float | None = None  # from the start of a run to its deadline
    image: str | None = None
    image_version: str | None = None
    cost_limit_usd: Decimal | None = None
