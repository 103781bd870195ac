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
    with_mode,
)
from awsml.estimate.rates import Case
from awsml.report import Phase
from awsml.workload import TrainingWorkload

MODES = ("file", "fastfile", "pipe", "fsx")

_COPY = (
    "download_overhead_seconds",
    "file_seconds_per_object",
    "list_seconds_per_object",
    "ebs_efficiency",
    "network_efficiency",
)
_START = (*_COPY, "provision_seconds", "image_pull_seconds", "init_seconds")
_READ = (
    "fastfile_sequential_bytes_per_second",
    "fastfile_seconds_per_object",
    "ebs_efficiency",
    "local_disk_bytes_per_second",
)
_OBJECT_FACTS = {
    "file_seconds_per_object",
    "fuse_list_seconds_per_object",
    "fastfile_seconds_per_object",
}
_ALL = (*_START, *_READ, "warm_up_seconds", "upload_seconds")

_PHASES: Sequence[tuple[str, Callable[[Breakdown], float | None], tuple[str, ...]]] = (
    ("provision", lambda b: b.provision, ("provision_seconds",)),
    ("download", lambda b: b.download, _COPY),
    ("image", lambda b: b.image, ("image_pull_seconds", *_COPY)),
    ("init", lambda b: b.init, ("init_seconds",)),
    (
        "listing",
        lambda b: b.listing,
        ("fuse_list_seconds_per_object", "lustre_list_seconds_per_object"),
    ),
    ("epochs", lambda b: b.epochs, (*_READ, "warm_up_seconds")),
    ("upload", lambda b: b.upload, ("upload_seconds",)),
)


def phases(workload: TrainingWorkload, setting: Setting | None) -> tuple[Phase, ...]:
    """The job as the workload stands; `image` is the part of the pull that outlasts the copy."""
    return tuple(
        Phase(name, _figure(workload, setting, pick, rests_on), billed=name != "provision")
        for name, pick, rests_on in _PHASES
    )


def billed_seconds(workload: TrainingWorkload, setting: Setting | None) -> Estimate:
    return _figure(workload, setting, lambda b: b.billed, _ALL)


def mode_figures(
    workload: TrainingWorkload, mode: str, setting: Setting | None, usd_per_hour: Estimate
) -> Mapping[str, Estimate]:
    """What every S3 channel in this mode would mean: copy, start, billed seconds, dollars."""
    changed = with_mode(workload, mode)
    billed = billed_seconds(changed, setting)
    return {
        "download_seconds": _figure(changed, setting, lambda b: b.download, _COPY),
        "start_seconds": _figure(changed, setting, lambda b: b.start, _START),
        "billed_seconds": billed,
        "usd": dollars(billed, usd_per_hour, workload.count),
    }


def by_input_mode(
    workload: TrainingWorkload, setting: Setting | None, usd_per_hour: Estimate
) -> Mapping[str, Mapping[str, Estimate]]:
    """The comparison of modes; nothing to compare for a job without an S3 channel."""
    if all(channel.file_system for channel in workload.channels):
        return {}
    return {mode: mode_figures(workload, mode, setting, usd_per_hour) for mode in MODES}


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
    wanted = [*([] if setting else ["compute.instance"]), *_assumed_objects(workload)]
    for channel in workload.channels:
        if channel.size_bytes is None:
            wanted.append(f"inputs.{channel.name}.data.size")
        if channel.file_system == "efs":
            wanted.append(f"throughput of the file system of {channel.name}")
    if compute_seconds(workload) is None:
        wanted.append("workload.samples_per_second")
    return tuple(wanted)


def _figure(
    workload: TrainingWorkload,
    setting: Setting | None,
    pick: Callable[[Breakdown], float | None],
    rests_on: tuple[str, ...],
) -> Estimate:
    missing = missing_inputs(workload, setting)
    if setting is None:
        return Estimate.unknown("s", *missing)
    ends = [pick(breakdown(workload, setting, case)) for case in Case]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return Estimate.unknown("s", *missing)
    low, expected, high = sorted(known)
    assumed = _assumed_objects(workload) if _OBJECT_FACTS & set(rests_on) else ()
    basis = Basis.ASSUMED if assumed else setting.rates.basis(rests_on)
    return Estimate(low, expected, high, "s", basis, assumed)


def _assumed_objects(workload: TrainingWorkload) -> tuple[str, ...]:
    """Channels whose number of objects matters and was not given."""
    return tuple(
        f"inputs.{channel.name}.data.objects"
        for channel in workload.channels
        if channel.objects is None and mode_in_force(channel) != "pipe"
    )


def _ends(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    return estimate.low, estimate.expected, estimate.high
