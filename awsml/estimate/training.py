"""What a training job takes, as estimates: its phases, and the same job in each input mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from awsml.basis import Basis, Estimate, weakest
from awsml.estimate.breakdown import (
    Breakdown,
    Setting,
    breakdown,
    compute_seconds,
    mode_in_force,
)
from awsml.estimate.foundations import rests_on
from awsml.estimate.rates import Case
from awsml.estimate.upload import FIELD as UPLOAD_FIELD
from awsml.estimate.upload import open_upload
from awsml.report import Phase
from awsml.workload.training import TrainingWorkload

_OBJECT_PHASES = frozenset({"download", "image", "listing", "epochs", "start", "billed"})

Pick = Callable[[Breakdown], float | None]
_PICKS: Mapping[str, Pick] = {
    "provision": lambda b: b.provision,
    "download": lambda b: b.download,
    "image": lambda b: b.image,
    "init": lambda b: b.init,
    "listing": lambda b: b.listing,
    "epochs": lambda b: b.epochs,
    "upload": lambda b: b.upload,
    "start": lambda b: b.start,
    "billed": lambda b: b.billed,
}
_PHASES = ("provision", "download", "image", "init", "listing", "epochs", "upload")


def phases(workload: TrainingWorkload, setting: Setting | None) -> tuple[Phase, ...]:
    """The job as the workload stands; `image` is the part of the pull that outlasts the copy."""
    ends = _ends_of(workload, setting)
    return tuple(
        Phase(name, _figure(workload, setting, name, ends), billed=name != "provision")
        for name in _PHASES
    )


def billed_seconds(workload: TrainingWorkload, setting: Setting | None) -> Estimate:
    return _figure(workload, setting, "billed", _ends_of(workload, setting))


def mode_figures(
    workload: TrainingWorkload, setting: Setting | None, usd_per_hour: Estimate
) -> Mapping[str, Estimate]:
    """Copy, start, billed seconds and dollars of the job as it is fed."""
    ends = _ends_of(workload, setting)
    billed = _figure(workload, setting, "billed", ends)
    return {
        "download_seconds": _figure(workload, setting, "download", ends),
        "start_seconds": _figure(workload, setting, "start", ends),
        "billed_seconds": billed,
        "usd": dollars(billed, usd_per_hour, workload.count),
    }


def dollars(seconds: Estimate, usd_per_hour: Estimate, count: int) -> Estimate:
    """Billed seconds at an hourly price, on so many machines."""
    if not (seconds.known and usd_per_hour.known):
        return Estimate.unknown("USD", *seconds.missing, *usd_per_hour.missing)
    low, expected, high = (
        None if time is None or price is None else time * price * count / 3600
        for time, price in zip(_ends(seconds), _ends(usd_per_hour), strict=True)
    )
    basis = weakest((seconds.basis, usd_per_hour.basis))
    return Estimate(low, expected, high, "USD", basis, seconds.missing)


def missing_inputs(workload: TrainingWorkload, setting: Setting | None) -> tuple[str, ...]:
    """Scenario fields that would turn an unknown, or an assumption, into a number."""
    wanted = [] if setting else ["compute.instance"]
    for channel in workload.channels:
        if channel.size_bytes is None:
            wanted.append(f"inputs.{channel.name}.data.size")
        if channel.objects is None and mode_in_force(channel) != "pipe":
            wanted.append(f"inputs.{channel.name}.data.objects")
        if channel.file_system == "efs":
            wanted.append(f"throughput of the file system of {channel.name}")
    if compute_seconds(workload) is None:
        wanted.append("workload.samples_per_second")
    return tuple(wanted)


def _ends_of(workload: TrainingWorkload, setting: Setting | None) -> list[Breakdown]:
    """The job at its best, as expected and at its worst."""
    return [] if setting is None else [breakdown(workload, setting, case) for case in Case]


def _figure(
    workload: TrainingWorkload, setting: Setting | None, name: str, broken: Sequence[Breakdown]
) -> Estimate:
    missing = missing_inputs(workload, setting)
    if setting is None:
        return Estimate.unknown("s", *missing)
    ends = [_PICKS[name](each) for each in broken]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return Estimate.unknown("s", *missing)
    low, expected, high = sorted(known)
    assumed = _assumed_objects(workload) if name in _OBJECT_PHASES else ()
    basis = Basis.ASSUMED if assumed else _basis(workload, setting, name)
    if name == "upload" and open_upload(workload, setting):
        assumed = (UPLOAD_FIELD,)
    return Estimate(low, expected, high, "s", basis, assumed)


def _basis(workload: TrainingWorkload, setting: Setting, name: str) -> Basis:
    """A stated rate of computing is an estimate, however well the rest is known."""
    stated = [Basis.ESTIMATED] if name in ("epochs", "billed") else []
    return weakest((*stated, setting.rates.basis(rests_on(workload, setting, name))))


def _assumed_objects(workload: TrainingWorkload) -> tuple[str, ...]:
    """Channels whose number of objects matters and was not given."""
    return tuple(
        f"inputs.{channel.name}.data.objects"
        for channel in workload.channels
        if channel.objects is None and channel.size_bytes and mode_in_force(channel) != "pipe"
    )


def _ends(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    return estimate.low, estimate.expected, estimate.high
