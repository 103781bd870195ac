"""How large a volume that the scenario left open should be: room first, then speed."""

from __future__ import annotations

from dataclasses import replace

from awsml.decide.training.evidence import Evidence, volume_price
from awsml.decide.training.mode_options import fastest_volume_gib
from awsml.estimate.breakdown import needed_volume_gib
from awsml.kinds.kind import Choice
from awsml.units import format_duration

# A minute less is worth a larger volume where the price of storage is unknown.
_WORTH_SECONDS = 60.0


def choose_volume(evidence: Evidence) -> Choice | None:
    """None where the scenario says it, or where the machine has a disk of its own."""
    workload, setting = evidence.workload, evidence.setting
    if workload.volume_gib is not None or (setting and setting.machine.has_local_disk):
        return None
    top = fastest_volume_gib(setting) if setting else 0
    needed = needed_volume_gib(workload)
    room = Choice(needed, f"{needed} GiB hold what is copied, a tenth more, and the model")
    if needed >= top:
        return room
    gained = _gained_seconds(evidence, needed, top)
    if gained is None or not _pays(evidence, gained, top - needed):
        return room
    why = f"gp2 is fastest from {top} GiB on: {format_duration(gained)} less than {needed} GiB"
    return Choice(top, why)


def _gained_seconds(evidence: Evidence, *sizes: int) -> float | None:
    """What the second size takes off the job; without a total, off its start."""
    jobs = [evidence.given(replace(evidence.workload, volume_gib=size)) for size in sizes]
    totals = [job.seconds for job in jobs]
    if None in totals:
        totals = [job.expected.start if job.expected else None for job in jobs]
    before, after = totals
    return None if before is None or after is None else before - after


def _pays(evidence: Evidence, gained: float, more_gib: int) -> bool:
    storage, machine = volume_price(evidence.region).expected, evidence.usd_per_hour.expected
    total = evidence.seconds
    if storage is None or machine is None or total is None:
        return gained >= _WORTH_SECONDS
    return gained * machine > (total - gained) * storage * more_gib
