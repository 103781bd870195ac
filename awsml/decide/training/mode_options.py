"""The ways of feeding a job that are weighed against each other, each with its figures."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from awsml import catalog
from awsml.basis import Estimate
from awsml.decide.training.barriers import S3_MODES, Barrier, any_barrier, lacks_room
from awsml.decide.training.evidence import Evidence
from awsml.estimate.breakdown import (
    Setting,
    load_of,
    mode_in_force,
    needed_volume_gib,
    volume_gib,
)
from awsml.estimate.machine import Link
from awsml.estimate.rates import Case, Rates
from awsml.estimate.transfer import bound_by_objects, copy_link, network_link, stream_link
from awsml.units import counted, format_bytes, format_duration

MIXED = "each its own"
# How far beyond the fastest size a volume is shown to gain nothing more.
_BEYOND = 1.5


class Option(NamedTuple):
    """One way: what the job would be, and what keeps the scenario from taking it as it is."""

    name: str
    evidence: Evidence
    barrier: Barrier | None = None
    ideal: str | None = None  # what the figures take for granted in its favour

    @property
    def seconds(self) -> float | None:
        return self.evidence.seconds

    @property
    def billed(self) -> Estimate:
        return self.evidence.billed

    @property
    def usd(self) -> Estimate:
        return self.evidence.usd


def mode_options(evidence: Evidence) -> list[Option]:
    """Every S3 channel in one mode; what any channel cannot take, the option cannot."""
    return [Option(m, evidence.in_mode(m), any_barrier(evidence, m)) for m in S3_MODES]


def lustre_option(evidence: Evidence) -> Option:
    needs = Barrier("it needs a file system in your VPC, filled from S3", soft=True)
    return Option("fsx", evidence.in_mode("fsx"), needs)


def volume_options(evidence: Evidence) -> list[Option]:
    """File with larger volumes: one that holds the data, the size from which gp2 is fastest, and
    one beyond it."""
    setting = evidence.setting
    if setting is None or setting.machine.has_local_disk:
        return []
    copied = evidence.in_mode("file")
    least = volume_gib(evidence.workload) + 1
    top = fastest_volume_gib(setting)
    sizes = [top, round(top * _BEYOND / 100) * 100]
    if lacks_room([c for c in copied.workload.channels if not c.file_system], copied):
        least = needed_volume_gib(copied.workload)
        sizes.insert(0, least)
    most = catalog.limit("gp2_volume_maximum").value
    return [_with_volume(copied, size) for size in sizes if least <= size <= most]


def fastest_volume_gib(setting: Setting) -> int:
    """The size from which a gp2 volume gets no faster."""
    return round(setting.rates.at(Case.EXPECTED).gp2_large_gib)


def larger_machine(evidence: Evidence) -> Option | None:
    """File on the next larger type of the family that has a price in the region.

    Computing is taken to scale with its accelerators, or else with its cores: at best.
    """
    here = catalog.instance(evidence.workload.instance or "")
    if here is None:
        return None
    above = (one for one in catalog.instances_of(here.family) if one.vcpus > here.vcpus)
    for one in sorted(above, key=lambda candidate: candidate.vcpus):
        moved = evidence.in_mode("file").on(one.ml_name)
        if "training" in catalog.accepted_by(one.ml_name) and moved.usd_per_hour.known:
            devices = (one.accelerators, here.accelerators)
            larger, smaller = devices if here.accelerators else (one.vcpus, here.vcpus)
            factor = larger / smaller
            ideal = f"if it computes {factor:.3g} times as fast" if factor > 1 else None
            name, barrier = f"file on {one.ml_name}", any_barrier(moved, "file")
            return Option(name, _sped_up(moved, factor), barrier, ideal)
    return None


def _sped_up(evidence: Evidence, factor: float) -> Evidence:
    work = evidence.workload
    rate, stated = work.samples_per_second, work.compute_seconds
    faster = replace(
        work,
        samples_per_second=None if rate is None else rate * factor,
        rate_ends=work.rate_ends and (work.rate_ends[0] * factor, work.rate_ends[1] * factor),
        compute_seconds=None if stated is None else stated / factor,
    )
    return evidence.given(faster)


def _with_volume(evidence: Evidence, size: int) -> Option:
    workload = replace(evidence.workload, volume_gib=size)
    grown = evidence.given(workload)
    return Option(f"file, volume {size} GiB", grown, any_barrier(grown, "file"))


def how(option: Option) -> str:
    """What the mode does with the data, with its speed and its start."""
    evidence = option.evidence
    expected, setting = evidence.expected, evidence.setting
    if setting is None or expected is None or expected.start is None or expected.download is None:
        return "unknown: " + ", ".join(option.billed.missing)
    mode = name_of(evidence)
    rates = setting.rates.at(Case.EXPECTED)
    size = format_bytes(sum(c.size_bytes or 0 for c in evidence.workload.channels))
    objects = sum(c.objects or 0 for c in evidence.workload.channels)
    start = f"starts after {format_duration(expected.start)}"
    if mode == "file":
        copy = copy_link(setting.machine, volume_gib(evidence.workload), rates, copied(evidence))
        what = f"{size} in {counted(objects, 'object')}" if objects else size
        took = f"{format_duration(expected.download)}{_mostly_overhead(expected.download, rates)}"
        return f"copies {what} at {speed(copy)} ({took}), {start}"
    if mode == MIXED:
        return f"reads each channel in a mode of its own, {start}"
    if mode == "fsx":
        return f"mounts, reads over Lustre, {start}"
    stream = stream_link(setting.machine, rates)
    if mode == "pipe":
        return f"streams at up to {speed(stream)}, {start}"
    return f"lists {counted(objects, 'object')}, streams at up to {speed(stream)}, {start}"


def _mostly_overhead(download: float, rates: Rates) -> str:
    """A copy of little data takes as long as the phase itself; without this it looks wrong."""
    return ", most of it to begin" if rates.download_overhead_seconds > download / 2 else ""


def copied(evidence: Evidence) -> float:
    """Objects that one instance copies of its largest channel: channels are copied in turn."""
    setting, work = evidence.setting, evidence.workload
    assert setting is not None
    loads = [load_of(c, work, setting.machine, Case.EXPECTED) for c in work.channels]
    known = [load for load in loads if load is not None]
    return max(known, key=lambda load: load.size_bytes).objects if known else 1.0


def speed(link: Link) -> str:
    return f"{format_bytes(link.peak)}/s"


def narrowest(evidence: Evidence) -> str:
    """Which part of the way sets the speed of a copy."""
    setting = evidence.setting
    assert setting is not None
    rates, machine = setting.rates.at(Case.EXPECTED), setting.machine
    objects = copied(evidence)
    copy = copy_link(machine, volume_gib(evidence.workload), rates, objects)
    if bound_by_objects(objects, machine, volume_gib(evidence.workload), rates):
        return f"S3's connections ({counted(round(objects), 'object')})"
    if copy.peak >= network_link(machine, rates).peak:
        return "the network"
    if machine.has_local_disk:
        return "the local disk"
    if copy.peak >= rates.ebs_efficiency * machine.ebs_peak:
        return f"the EBS limit of {machine.instance}"
    return f"the {volume_gib(evidence.workload):.0f} GiB gp2 volume"


def name_of(evidence: Evidence) -> str:
    """The mode of all S3 channels, or that they differ."""
    channels = evidence.workload.channels
    modes = {mode_in_force(c) for c in channels if not c.file_system} or {"fsx"}
    return modes.pop() if len(modes) == 1 else MIXED
