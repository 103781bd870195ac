"""Everything decided about a training job: how it is fed, on what, on Spot or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from awsml.basis import Estimate
from awsml.decide.bill import cost_now
from awsml.decide.decision import Decision, Grounds
from awsml.decide.evidence import Evidence, evidence_of
from awsml.decide.input_mode import choose_modes
from awsml.decide.mode_advice import mode_advice
from awsml.decide.volume import choose_volume
from awsml.estimate.training import mode_figures, phases
from awsml.kinds.kind import Choice
from awsml.report import TimeLine
from awsml.workload import TrainingWorkload

COMPARED = ("file", "fastfile", "pipe", "fsx")


def decide(spec: Any, workload: TrainingWorkload, grounds: Grounds) -> Decision:
    """The contract of awsml.decide for kind training."""
    written = evidence_of(workload, grounds)
    chosen = choose_modes(written)
    choices: dict[str, Choice] = dict(chosen.choices)
    now = written.given(chosen.workload)
    advice = mode_advice(written, chosen)
    if volume := choose_volume(now):
        choices["compute.volume"] = volume
        now = now.given(replace(now.workload, volume_gib=volume.value))
    return Decision(
        choices=choices,
        advice=(advice,) if advice else (),
        time=TimeLine(phases(now.workload, now.setting), by_input_mode(now)),
        cost=cost_now(now),
    )


def by_input_mode(now: Evidence) -> Mapping[str, Mapping[str, Estimate]]:
    """The same job with every S3 channel in one mode; nothing to compare without one."""
    if all(channel.file_system for channel in now.workload.channels):
        return {}
    jobs = {mode: now.in_mode(mode) for mode in COMPARED}
    return {
        mode: mode_figures(job.workload, job.setting, job.usd_per_hour)
        for mode, job in jobs.items()
    }
