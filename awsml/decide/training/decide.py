"""Everything decided about a training job: on what, how it is fed, on Spot or not.

Modules that only advice or Spot needs are imported where they are: most files of a large check
want neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from awsml.advice import Advice
from awsml.basis import Estimate
from awsml.decide.decision import Decision, Grounds
from awsml.decide.training.bill import bill_now
from awsml.decide.training.evidence import Evidence, evidence_of
from awsml.decide.training.input_mode import Chosen, choose_modes
from awsml.decide.training.instance import choose_instance, instance_advice
from awsml.decide.training.limits import job_findings
from awsml.decide.training.volume import choose_volume
from awsml.decide.training.worth import worthwhile
from awsml.estimate.cost import TrainingBill, training_cost
from awsml.estimate.training import mode_figures, phases
from awsml.finding import Finding
from awsml.kinds.kind import Choice
from awsml.report import TimeLine, unknown_cost
from awsml.workload.training import TrainingWorkload

if TYPE_CHECKING:
    from awsml.decide.training.spot import SpotAnswer

COMPARED = ("file", "fastfile", "pipe", "fsx")


class Settled(NamedTuple):
    """A job with every `auto` decided: as `written`, and as it stands `now`."""

    choices: Mapping[str, Choice]
    chosen: Chosen
    written: Evidence
    now: Evidence
    spot: SpotAnswer | None

    @property
    def needed(self) -> Estimate:
        """Billed seconds if no limit stops it: on Spot with what interruptions repeat."""
        if self.now.workload.spot is None or self.spot is None:
            return self.now.billed
        return self.spot.cases[self.spot.now].running

    @property
    def bill(self) -> TrainingBill | None:
        """On Spot the saving applies to the time with what interruptions repeat."""
        now, spot = self.now, self.spot
        if now.workload.spot is None:
            return bill_now(now)
        from awsml.decide.training.spot_case import spot_saving

        if spot is None:
            return bill_now(now, spot_saving(now))
        return bill_now(now, spot.grounds.saving, self.needed)


def settle(workload: TrainingWorkload, grounds: Grounds) -> Settled:
    """Machine, input modes, volume and longest wait of a job; a trial is such a job as well."""
    choices: dict[str, Choice] = {}
    if workload.scaling_file is not None:
        from awsml.decide.training.instance_count import with_scaling

        workload = with_scaling(workload, grounds)
    written = evidence_of(workload, grounds)
    if instance := choose_instance(written):
        choices["compute.instance"] = instance
        written = written.on(instance.value)
    chosen = choose_modes(written)
    choices |= chosen.choices
    now = written.given(chosen.workload)
    if volume := choose_volume(now):
        choices["compute.volume"] = volume
        now = now.given(replace(now.workload, volume_gib=volume.value))
    if not (grounds.advise or workload.spot):
        return Settled(choices, chosen, written, now, None)
    from awsml.decide.training.spot import choose_wait, spot_answer

    spot = spot_answer(now)
    if wait := choose_wait(now, spot):
        choices["spot.max_wait"] = wait
    return Settled(choices, chosen, written, now, spot)


def decide(spec: Any, workload: TrainingWorkload, grounds: Grounds) -> Decision:
    """The contract of awsml.decide for kind training."""
    settled = settle(workload, grounds)
    now, bill = settled.now, settled.bill
    about_spot, wrong, blocks = _about_spot(settled)
    advice = _advice(settled, about_spot) if grounds.advise else ()
    about_count, unreadable = _about_count(now, grounds)
    advice += about_count
    limit = float(now.workload.runtime_limit_seconds)
    return Decision(
        choices=settled.choices,
        advice=advice,
        time=TimeLine(
            phases(now.workload, now.setting), by_input_mode(now) if grounds.advise else {}
        ),
        cost=unknown_cost("compute.instance") if bill is None else training_cost(bill),
        blocks=blocks,
        findings=(
            *wrong,
            *job_findings(now, settled.needed, limit),
            *unreadable,
            *worthwhile(a for a in advice if a is not about_spot or workload.spot),
        ),
    )


def _about_count(now: Evidence, grounds: Grounds) -> tuple[tuple[Advice, ...], tuple[Finding, ...]]:
    """How many instances are worth having, and why that cannot be told."""
    if not grounds.advise or now.workload.scaling_file is None:
        return (), ()
    from awsml.decide.training.instance_count import instance_count

    counted = instance_count(now, grounds)
    return (counted.advice,) if counted.advice else (), counted.findings


def _about_spot(
    settled: Settled,
) -> tuple[Advice | None, Sequence[Finding], Mapping[str, Any]]:
    """Advice, findings and a block of the plan's JSON, where Spot was weighed at all."""
    if settled.spot is None:
        return None, (), {}
    from awsml.decide.training.spot import spot_advice, spot_block
    from awsml.decide.training.spot_findings import spot_findings

    advice = spot_advice(settled.now, settled.spot)
    return advice, spot_findings(settled.spot, advice), {"spot": spot_block(settled.spot)}


def _advice(settled: Settled, about_spot: Advice | None) -> tuple[Advice, ...]:
    from awsml.decide.training.mode_advice import mode_advice
    from awsml.decide.training.sharding import sharding_advice

    found = (
        mode_advice(settled.written, settled.chosen),
        sharding_advice(settled.now),
        instance_advice(settled.now),
        about_spot,
    )
    return tuple(each for each in found if each is not None)


def by_input_mode(now: Evidence) -> Mapping[str, Mapping[str, Estimate]]:
    """The same job with every S3 channel in one mode; nothing to compare without one."""
    if all(channel.file_system for channel in now.workload.channels):
        return {}
    jobs = {mode: now.in_mode(mode) for mode in COMPARED}
    return {
        mode: mode_figures(job.workload, job.setting, job.usd_per_hour)
        for mode, job in jobs.items()
    }
