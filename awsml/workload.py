"""What a job does, in numbers: the only thing an estimator needs to know of a scenario."""

from __future__ import annotations

from dataclasses import dataclass
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
    same_data: bool = True  # a warm start from jobs on identical data
    target: SearchTarget | None = None
