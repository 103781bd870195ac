"""A training job in numbers: machines, channels, epochs, limits."""

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
