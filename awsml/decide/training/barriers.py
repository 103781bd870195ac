"""Which input modes a channel can take at all, and what stands in the way of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from awsml import catalog
from awsml.decide.training.evidence import Evidence
from awsml.estimate.breakdown import load_of, volume_gib
from awsml.estimate.rates import Case
from awsml.estimate.transfer import disk_bytes
from awsml.units import format_bytes
from awsml.workload.training import ChannelData

S3_MODES = ("file", "fastfile", "pipe")


class Barrier(NamedTuple):
    """Why not; a soft one falls when the script is changed, or when somebody tries."""

    why: str
    soft: bool = False


def barrier(channel: ChannelData, mode: str, evidence: Evidence) -> Barrier | None:
    """Why a channel cannot take a mode as its script and data are; None when it can."""
    hard = (
        _by_algorithm(channel, mode, evidence)
        or _by_data(channel, mode)
        or (_by_disk(channel, evidence) if mode == "file" else None)
    )
    if hard:
        return Barrier(hard)
    change = _by_guide(mode, evidence) or _by_reader(channel, mode, evidence.workload.image)
    return Barrier(change, soft=True) if change else None


def any_barrier(evidence: Evidence, mode: str) -> Barrier | None:
    """What keeps some S3 channel of the job from a mode that all are to take; a hard reason
    before a soft one."""
    evidence = evidence.in_mode(mode)
    channels = [c for c in evidence.workload.channels if not c.file_system]
    found = [one for channel in channels if (one := barrier(channel, mode, evidence))]
    return min(found, key=lambda one: one.soft, default=None)


def _by_algorithm(channel: ChannelData, mode: str, evidence: Evidence) -> str | None:
    modes = evidence.algorithm_modes
    facts = catalog.algorithm(evidence.workload.algorithm or "")
    if mode == "pipe" and facts and not channel.augmented and facts.files_only(channel.content):
        return f"the {facts.name} algorithm reads {channel.content} from files only"
    if not modes or mode in modes or (mode == "fastfile" and "file" in modes):
        return None
    known = " and ".join(sorted(modes))
    return f"the {evidence.workload.algorithm} algorithm takes {known} only"


def _by_guide(mode: str, evidence: Evidence) -> str | None:
    """What reads files should read them by FastFile, and AWS announced it for built-in algorithms
    too (whats-new 2021-10); the page of an algorithm names the modes that it was tested with."""
    modes = evidence.algorithm_modes
    if mode != "fastfile" or not modes or mode in modes:
        return None
    known = " and ".join(sorted(modes))
    name = evidence.workload.algorithm
    return f"the guide of {name} names {known} only; FastFile shows the same files, so try it first"


def _by_data(channel: ChannelData, mode: str) -> str | None:
    """What the form of the data, or of the access to it, rules out."""
    if channel.augmented and mode != "pipe":
        return "an augmented manifest can only be read with Pipe"
    if channel.manifest and mode == "fastfile":
        return "FastFile takes a prefix, not a manifest"
    if (channel.compressed or channel.wrapped) and mode != "pipe":
        what = "unpacks Gzip" if channel.compressed else "wraps objects in RecordIO"
        return f"only Pipe {what} on the way"
    if channel.access == "random" and mode == "pipe":
        return "the data are read at random, and a pipe can only be read in order"
    return None


def _by_reader(channel: ChannelData, mode: str, image: str | None) -> str | None:
    pipe = f"/opt/ml/input/data/{channel.name}_0"
    if mode == "pipe" and channel.reads == "files":
        change = f"the script opens files; it would have to read the stream {pipe}, one reader each"
        reader = catalog.life("pipe-mode-dataset") if image == "tensorflow" else None
        return f"{change}; {reader.note}" if reader else change
    if mode != "pipe" and channel.reads == "stream":
        return f"the script reads the stream {pipe}; it would have to open files"
    return None


def _by_disk(channel: ChannelData, evidence: Evidence) -> str | None:
    """A copy has to fit beside those that are asked for already."""
    others = [c for c in evidence.workload.channels if c.name != channel.name and _copied(c)]
    return lacks_room([channel, *others], evidence)


def _copied(channel: ChannelData) -> bool:
    return channel.mode == "file" and not channel.file_system


def lacks_room(channels: Sequence[ChannelData], evidence: Evidence) -> str | None:
    """Why copies of channels do not fit, as far as their sizes are known; a volume left to
    awsml can grow to gp2's largest."""
    if evidence.setting is None:
        return None
    machine = evidence.setting.machine
    loads = [load_of(each, evidence.workload, machine, Case.EXPECTED) for each in channels]
    size = sum(load.size_bytes for load in loads if load is not None)
    chosen_here = evidence.workload.volume_gib is None and not machine.has_local_disk
    largest: float = catalog.limit("gp2_volume_maximum").value
    room = largest if chosen_here else volume_gib(evidence.workload)
    kept = disk_bytes(machine, room)
    if size <= kept:
        return None
    return f"{format_bytes(size)} do not fit the {format_bytes(kept)} of disk"
