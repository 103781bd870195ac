"""Many small files: packing them into shards beats any change of the input mode."""

from __future__ import annotations

from dataclasses import replace

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.decide.saving import clearly_less, saved
from awsml.decide.training.barriers import any_barrier
from awsml.decide.training.evidence import Evidence
from awsml.units import counted, format_bytes, format_duration
from awsml.workload.training import ChannelData, TrainingWorkload


def small_files(workload: TrainingWorkload) -> bool:
    return any(_small(channel) for channel in workload.channels)


def sharding_advice(now: Evidence) -> Advice | None:
    """The job with its small files packed, read in whichever mode suits shards best; None where
    it gains nothing, as with a stream."""
    small = [channel for channel in now.workload.channels if _small(channel)]
    if not small or now.setting is None or now.expected is None or now.expected.start is None:
        return None
    size = catalog.constant("shard_bytes").value
    packed = now.given(_packed(now.workload, size))
    jobs = {mode: packed.in_mode(mode) for mode in ("fastfile", "file") if _can(packed, mode)}
    if not jobs:
        return None
    mode = "fastfile" if "fastfile" in jobs else "file"
    if len(jobs) > 1 and clearly_less(_measure(jobs["file"]), _measure(jobs["fastfile"])):
        mode = "file"
    better = jobs[mode]
    if not clearly_less(_measure(better), _measure(now)):
        return None
    channel = small[0]
    objects = f"{channel.objects:,}" if channel.objects else "many"
    each = format_bytes((channel.size_bytes or 0.0) / (channel.objects or 1))
    return Advice(
        subject="small files",
        recommend=f"pack {channel.name} into shards of about {format_bytes(size)}: "
        "`awsml data pack`",
        because=f"{objects} objects of {each} each cost more to open than to read: "
        f"{_told(now)} as they are, {_told(better)} as {counted(_shards(channel, size), 'shard')} "
        f"with {mode}",
        saves_usd=saved(now.usd, better.usd),
        saves_seconds=saved(now.billed, better.billed),
        alternatives=tuple(
            Alternative(
                f"shards, {name}",
                "chosen" if name == mode else _verdict(job, better),
                f"{_told(job)}, after a copy or listing of "
                f"{format_duration(job.expected.download or 0.0) if job.expected else 'unknown'}",
                job.usd,
                job.billed,
            )
            for name, job in jobs.items()
        ),
        field=f"inputs.{channel.name}.data.objects",
    )


def _can(packed: Evidence, mode: str) -> bool:
    found = any_barrier(packed, mode)
    return found is None or found.soft


def _verdict(job: Evidence, better: Evidence) -> str:
    return "worse" if clearly_less(_measure(better), _measure(job)) else "equal"


def _small(channel: ChannelData) -> bool:
    """Objects so many and so small that opening them is what takes the time."""
    if channel.size_bytes is None or channel.objects is None or channel.file_system:
        return False
    many = channel.objects > catalog.constant("reshard_above_objects").value
    limit: float = catalog.constant("reshard_below_bytes").value
    return bool(many and channel.size_bytes / channel.objects < limit)


def _packed(workload: TrainingWorkload, size: float) -> TrainingWorkload:
    """Shards are read in order whatever the access was: shuffling moves into the reader."""
    channels = tuple(
        replace(c, objects=_shards(c, size), access="sequential") if _small(c) else c
        for c in workload.channels
    )
    return replace(workload, channels=channels)


def _shards(channel: ChannelData, size: float) -> int:
    return max(1, round((channel.size_bytes or 0.0) / size))


def _measure(job: Evidence) -> float | None:
    """The whole job where the compute time is known, else its start."""
    if job.seconds is not None:
        return job.seconds
    return job.expected.start if job.expected else None


def _told(job: Evidence) -> str:
    measure = _measure(job)
    if measure is None:
        return "unknown"
    what = "in all" if job.seconds is not None else "to the start"
    return f"{format_duration(measure)} {what}"
