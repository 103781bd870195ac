"""What a job does, in numbers: the only thing an estimator needs to know of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ChannelData:
    """One input channel. `mode` is what the scenario asks (file, fastfile, pipe, auto)."""

    name: str
    mode: str = "auto"
    reads: str = "files"  # files, stream or both: what the script can open
    size_bytes: float | None = None
    objects: int | None = None
    access: str = "sequential"  # or "random"
    share_read: float = 1.0  # part of the data that an epoch reads
    sharded: bool = False
    compressed: bool = False
    wrapped: bool = False  # RecordIO-wrapped objects
    file_system: str | None = None  # fsx or efs when it is no S3 channel
    manifest: bool = False
    augmented: bool = False  # an augmented manifest, which only Pipe can read
    content: str | None = None  # content type, without its parameters


@dataclass(frozen=True, slots=True)
class SpotTerms:
    """Managed Spot as the scenario asks for it."""

    max_wait_seconds: int | None = None
    checkpoints: bool = False
    checkpoint_every_seconds: int | None = None
    checkpoint_bytes: float | None = None


@dataclass(frozen=True, slots=True)
class TrainingWorkload:
    """A training job: machines, data, passes over it, and the limits the service enforces."""

    region: str | None
    instance: str | None
    count: int = 1
    volume_gib: int | None = None
    channels: tuple[ChannelData, ...] = ()
    epochs: float | None = None
    samples: float | None = None
    samples_per_second: float | None = None  # measured or stated, on this instance, in all
    rate_ends: tuple[float, float] | None = None  # least and most of a rate that was predicted
    compute_seconds: float | None = None  # stated training time where no rate is known
    megapixels_per_sample: float | None = None
    loader_workers: int | None = None
    image: str | None = None
    algorithm: str | None = None
    runtime_limit_seconds: int = 86_400
    cost_limit_usd: Decimal | None = None
    keep_alive_seconds: int = 0
    spot: SpotTerms | None = None
    distributed: bool = False
    fallback: tuple[str, ...] = ()
    scaling_file: str | None = None  # throughputs on counts of GPUs of this type
    parameters: float | None = None
    model_bytes: float | None = None  # what the script leaves to be packed and uploaded


@dataclass(frozen=True, slots=True)
class SearchRange:
    """One tuned hyperparameter: bounds with a scale, or choices. `scale` is what is asked for."""

    name: str
    scale: str = "auto"
    low: float | None = None
    high: float | None = None
    integer: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchedJob:
    """One definition of a tuning job: what a trial does, and what is tuned. `at` is the scenario
    field that the definition stands under; the empty text is the scenario itself."""

    training: TrainingWorkload
    ranges: tuple[SearchRange, ...]
    at: str = ""


@dataclass(frozen=True, slots=True)
class SearchTarget:
    """How good the best trial has to be: among the best `top` share of all settings, with this
    confidence. `trials` is how many one at a time are known to take."""

    top: float = 0.05
    confidence: float = 0.95
    trials: int | None = None


@dataclass(frozen=True, slots=True)
class TuningWorkload:
    """A search: its trials, how many at once, and the limits that the service enforces."""

    jobs: tuple[SearchedJob, ...]
    strategy: str
    trials: int | None
    parallel: int = 1
    runtime_limit_seconds: int | None = None
    cost_limit_usd: Decimal | None = None
    early_stopping: bool = False
    parents: int = 0
    parent_trials: int | None = None
    same_data: bool = True  # a warm start from jobs on identical data
    target: SearchTarget | None = None


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
