"""A training job in plain seconds, phase by phase, at one end of the constants.

After provisioning, the copy of the data and the pull of the image run side by side; then the
container starts, the script lists its files, and epochs take the longer of computing and reading.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from awsml.basis import Estimate
from awsml.estimate.image import image_pull, starts_lightly
from awsml.estimate.machine import GIB, Machine
from awsml.estimate.rates import Case, Rates, RateTable
from awsml.estimate.transfer import Load, download_seconds, listing_seconds, read_seconds
from awsml.estimate.upload import upload_seconds
from awsml.workload.training import ChannelData, TrainingWorkload

# Room beside a copied dataset for the model, checkpoints and scratch; the least a job gets.
SMALLEST_VOLUME_GIB = 30
_ROOM_FOR_THE_REST_GIB = 20
_HEADROOM = 1.1
# Objects assumed where only the bytes are known: a few large shards, or many small files.
_ASSUMED_OBJECT_BYTES = {Case.FAST: 1e9, Case.EXPECTED: 1e8, Case.SLOW: 1e6}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a prediction rests on beside the workload: the machine and the constants."""

    machine: Machine
    rates: RateTable
    downloads: Mapping[str, Estimate] = field(default_factory=dict)  # measured, by mode


class Breakdown(NamedTuple):
    """Seconds of each phase; None is unknown."""

    provision: float
    download: float | None
    pull: float
    init: float
    listing: float | None
    epochs: float | None
    upload: float

    @property
    def image(self) -> float | None:
        """The part of the pull that outlasts the copy beside it."""
        return None if self.download is None else max(0.0, self.pull - self.download)

    @property
    def start(self) -> float | None:
        """From the request to the first line of the script."""
        if self.download is None:
            return None
        return self.provision + max(self.download, self.pull) + self.init

    @property
    def billed(self) -> float | None:
        if self.start is None:
            return None
        return _sum(self.start - self.provision, self.listing, self.epochs, self.upload)


def breakdown(
    workload: TrainingWorkload, setting: Setting, case: Case = Case.EXPECTED
) -> Breakdown:
    workload = _at_its_rate(workload, case)
    rates, light = setting.rates.at(case), starts_lightly(workload, setting.machine)
    feeds = [
        (mode_in_force(c), load_of(c, workload, setting.machine, case)) for c in workload.channels
    ]
    copies = [_copy(mode, load, workload, setting.machine, rates) for mode, load in feeds]
    mounts = feeds and all(mode == "fsx" for mode, _ in feeds)
    fixed = rates.fsx_mount_seconds if mounts else rates.download_overhead_seconds
    download = _measured(feeds, setting, case) or _sum(fixed, *copies)
    return Breakdown(
        provision=rates.provision_seconds,
        download=download,
        pull=image_pull(workload, rates, case),
        init=rates.light_init_seconds if light else rates.init_seconds,
        listing=_sum(*(_listing(mode, load, rates) for mode, load in feeds)),
        epochs=_epochs(workload, feeds, setting.machine, rates),
        upload=upload_seconds(workload, setting, case),
    )


def _at_its_rate(workload: TrainingWorkload, case: Case) -> TrainingWorkload:
    """A rate that was predicted has ends of its own."""
    if workload.rate_ends is None or not workload.samples_per_second or case is Case.EXPECTED:
        return workload
    least, most = workload.rate_ends
    return replace(workload, samples_per_second=most if case is Case.FAST else least)


def _measured(feeds: list[tuple[str, Load | None]], setting: Setting, case: Case) -> float | None:
    """What this very copy took before, where all channels are fed in one measured way."""
    modes = {mode for mode, _ in feeds}
    known = setting.downloads.get(modes.pop()) if len(modes) == 1 else None
    if known is None:
        return None
    ends = {Case.FAST: known.low, Case.EXPECTED: known.expected, Case.SLOW: known.high}
    return ends[case]


def compute_seconds(workload: TrainingWorkload) -> float | None:
    """One epoch if its data were in memory already; None when nothing tells."""
    if workload.samples_per_second and workload.samples:
        return workload.samples * _share_read(workload) / workload.samples_per_second
    if workload.compute_seconds is not None:
        return workload.compute_seconds / (workload.epochs or 1.0)
    return None


def reading_seconds(
    workload: TrainingWorkload, setting: Setting, case: Case = Case.EXPECTED
) -> tuple[float, float] | None:
    """Reading in the first and in each later epoch if computing took no time."""
    feeds = [
        (mode_in_force(c), load_of(c, workload, setting.machine, case)) for c in workload.channels
    ]
    return _reading(workload, feeds, setting.machine, setting.rates.at(case))


def decode_limit(workload: TrainingWorkload, machine: Machine, rates: Rates) -> float | None:
    """Samples a second that the cores can decode and augment, over all machines."""
    if not workload.megapixels_per_sample:
        return None
    work = workload.megapixels_per_sample * rates.augmentation_factor
    return machine.vcpu * rates.decode_megapixels_per_second_per_core / work * workload.count


def mode_in_force(channel: ChannelData) -> str:
    """`auto` that nobody has decided yet is what AWS does without being told: a copy."""
    if channel.file_system:
        return channel.file_system
    return "file" if channel.mode == "auto" else channel.mode


def with_mode(workload: TrainingWorkload, mode: str) -> TrainingWorkload:
    """The same job with every S3 channel in this mode (fsx: from a file system)."""
    return replace(workload, channels=tuple(_in_mode(c, mode) for c in workload.channels))


def _in_mode(channel: ChannelData, mode: str) -> ChannelData:
    if channel.file_system:
        return channel
    if mode == "fsx":
        return replace(channel, file_system="fsx")
    return replace(channel, mode=mode)


def load_of(
    channel: ChannelData, workload: TrainingWorkload, machine: Machine, case: Case
) -> Load | None:
    """What one instance takes from a channel; None where the size is unknown."""
    if channel.size_bytes is None:
        return None
    part = 1 / workload.count if channel.sharded else 1.0
    read = 1 / workload.count if workload.distributed and not channel.sharded else 1.0
    objects = channel.objects
    if objects is None:
        objects = max(1, round(channel.size_bytes / _ASSUMED_OBJECT_BYTES[case]))
    return Load(
        size_bytes=channel.size_bytes * part,
        objects=objects * part,
        samples=None if workload.samples is None else workload.samples * part,
        share_read=channel.share_read * read,
        random_access=channel.access == "random",
        workers=workload.loader_workers or machine.vcpu,
    )


def volume_gib(workload: TrainingWorkload) -> float:
    """The volume asked for; one left open is as large as it has to be."""
    return float(workload.volume_gib or needed_volume_gib(workload))


def needed_volume_gib(workload: TrainingWorkload) -> int:
    """What is copied, a tenth more, and room for the rest; streams need none."""
    copied = sum(
        (c.size_bytes or 0.0) / (workload.count if c.sharded else 1)
        for c in workload.channels
        if mode_in_force(c) == "file"
    )
    return max(SMALLEST_VOLUME_GIB, _ROOM_FOR_THE_REST_GIB + math.ceil(copied * _HEADROOM / GIB))


def _copy(
    mode: str, load: Load | None, workload: TrainingWorkload, machine: Machine, rates: Rates
) -> float | None:
    if mode not in ("file", "fastfile"):
        return 0.0
    if load is None:
        return None
    return download_seconds(mode, load, machine, volume_gib(workload), rates)


def _listing(mode: str, load: Load | None, rates: Rates) -> float | None:
    if mode in ("file", "pipe"):
        return 0.0
    return None if load is None else listing_seconds(mode, load, rates)


def _epochs(
    workload: TrainingWorkload, feeds: list[tuple[str, Load | None]], machine: Machine, rates: Rates
) -> float | None:
    compute = compute_seconds(workload)
    reading = _reading(workload, feeds, machine, rates)
    if compute is None or reading is None:
        return None
    epochs = workload.epochs or 1.0
    first, later = (max(compute, read) for read in reading)
    warm_up = 0.0 if starts_lightly(workload, machine) else rates.warm_up_seconds
    return warm_up + min(1.0, epochs) * first + max(0.0, epochs - 1) * later


def _reading(
    workload: TrainingWorkload, feeds: list[tuple[str, Load | None]], machine: Machine, rates: Rates
) -> tuple[float, float] | None:
    """Channels share the disk and the network, so their times add up."""
    epochs, volume = workload.epochs or 1.0, volume_gib(workload)
    firsts, laters = 0.0, 0.0
    for mode, load in feeds:
        if load is None or mode == "efs":
            return None
        first, later = read_seconds(mode, load, machine, volume, rates, epochs)
        firsts, laters = firsts + first, laters + later
    return firsts, laters


def _share_read(workload: TrainingWorkload) -> float:
    return max((channel.share_read for channel in workload.channels), default=1.0)


def _sum(*parts: float | None) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
