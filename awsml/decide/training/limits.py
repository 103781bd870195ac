"""What a job runs into: a time limit shorter than its work, a disk smaller than its copy."""

from __future__ import annotations

from collections.abc import Iterator

from awsml import catalog
from awsml.basis import Estimate
from awsml.decide.training.barriers import S3_MODES, any_barrier, lacks_room
from awsml.decide.training.evidence import Evidence
from awsml.estimate.breakdown import mode_in_force, needed_volume_gib
from awsml.finding import Confidence, Finding, Level
from awsml.units import format_duration, round_duration

# Room above the longest that is predicted, before a limit is proposed.
_SPARE = 1.2


def job_findings(
    now: Evidence, needed: Estimate, limit: float, at: str = "", what: str = "the job"
) -> Iterator[Finding]:
    """`needed` is what the job takes if nothing stops it; `at` is the field it stands under."""
    start = f"{at}." if at else ""
    field = f"{start}limits.runtime"
    yield from time_finding(needed, limit, field, what, _longer(needed, f"{start}limits"))
    yield from _disk_finding(now, start)


def time_finding(
    needed: Estimate, limit: float, field: str, what: str, hint: str
) -> Iterator[Finding]:
    """Sure where even the least is beyond the limit; a count that was assumed proves no more."""
    sure = needed.low is not None and needed.low > limit
    if needed.expected is None or needed.expected <= limit or (needed.missing and not sure):
        return
    least = format_duration(needed.low or 0.0)
    takes = f"takes {least} even at best, and more probably" if sure else "probably takes"
    spread = "" if sure else f" ({least} at best)"
    yield Finding(
        "limit-below-work",
        Level.WARNING,
        f"{what} {takes} {format_duration(needed.expected)}{spread}; AWS stops it at "
        f"{format_duration(limit)} and bills that",
        hint,
        Confidence.INFERRED,
        field=field,
    )


def _longer(needed: Estimate, under: str) -> str:
    most = catalog.limit("training_job_maximum").value
    wanted = max(needed.high or 0.0, needed.expected or 0.0) * _SPARE
    if wanted > most:
        shorten = "use more or faster instances, or less work"
        return f"{shorten}: no job runs longer than {format_duration(most)}"
    return f"write `runtime: {round_duration(wanted)}` under `{under}`, or shorten the work"


def _disk_finding(now: Evidence, start: str) -> Iterator[Finding]:
    """All that is copied has to fit at once."""
    setting = now.setting
    if setting is None:
        return
    copied = [c for c in now.workload.channels if mode_in_force(c) == "file"]
    short = lacks_room(copied, now)
    if short is None:
        return
    where = f"`inputs.{copied[0].name}`" if len(copied) == 1 else "the copied channels"
    local = setting.machine.has_local_disk
    field = "compute.instance" if local else "compute.volume"
    room = f"{needed_volume_gib(now.workload)} GB"  # of AWS's, which are GiB
    change = f"choose a machine with {room} of disk" if local else f"write `volume: {room}`"
    streams = [mode for mode in S3_MODES[1:] if _takes(now, mode)]
    other = f", or read with {' or '.join(streams)}" if streams else ""
    yield Finding(
        "copy-exceeds-disk",
        Level.WARNING,
        f"{where}: {short}, and mode `file` copies them there before training starts",
        change + other,
        Confidence.DOCUMENTED,
        field=f"{start}{field}",
    )


def _takes(now: Evidence, mode: str) -> bool:
    found = any_barrier(now, mode)
    return found is None or found.soft
