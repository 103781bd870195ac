"""File, FastFile, Pipe or a file system: what each costs, which wins, and where that flips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from awsml.decide.saving import TIE_SECONDS, TIE_SHARE
from awsml.decide.training.barriers import S3_MODES, barrier
from awsml.decide.training.evidence import Evidence
from awsml.estimate.breakdown import breakdown
from awsml.kinds.kind import Choice
from awsml.units import format_duration
from awsml.workload.training import ChannelData, TrainingWorkload

# Stands for a job so long in computing that reading always hides behind it.
_ENDLESS_SECONDS = 1e7


class Chosen(NamedTuple):
    """The modes that `auto` became, and the workload with them."""

    workload: TrainingWorkload
    choices: Mapping[str, Choice]


def choose_modes(evidence: Evidence) -> Chosen:
    """A mode for each channel that left it open, one channel after the other."""
    choices: dict[str, Choice] = {}
    for index, channel in enumerate(evidence.workload.channels):
        if channel.mode == "auto" and not channel.file_system:
            mode, because = _choice(channel, index, evidence)
            choices[f"inputs.{channel.name}.mode"] = Choice(mode, because)
            evidence = evidence.given(_with_channel_mode(evidence.workload, index, mode))
    return Chosen(evidence.workload, choices)


def _choice(channel: ChannelData, index: int, evidence: Evidence) -> tuple[str, str]:
    able = [mode for mode in S3_MODES if barrier(channel, mode, evidence) is None]
    if not able:
        return "file", f"AWS's default, where no mode suits: {_only(channel, '', evidence)}"
    favourite = _favourite(channel, evidence, able)
    if len(able) == 1:
        return able[0], _only(channel, able[0], evidence)
    jobs = {m: evidence.given(_with_channel_mode(evidence.workload, index, m)) for m in able}
    if channel.size_bytes is None or evidence.setting is None:
        missing = ", ".join(jobs[favourite].billed.missing)
        return favourite, f"no number speaks against it; {missing} would tell"
    return _fastest(jobs, favourite)


def _only(channel: ChannelData, mode: str, evidence: Evidence) -> str:
    others = (barrier(channel, other, evidence) for other in S3_MODES if other != mode)
    return "; ".join(dict.fromkeys(other.why for other in others if other))


def _favourite(channel: ChannelData, evidence: Evidence, able: Sequence[str]) -> str:
    """Who wins a tie: FastFile for files, Pipe for a stream."""
    stream_first = channel.reads == "stream" or bool(evidence.algorithm_modes)
    order = ("pipe", "fastfile", "file") if stream_first else ("fastfile", "pipe", "file")
    return next(mode for mode in order if mode in able)


def _fastest(jobs: Mapping[str, Evidence], favourite: str) -> tuple[str, str]:
    regrets = {mode: _regret(jobs, mode) for mode in jobs}
    best = min(jobs, key=lambda mode: regrets[mode])
    if regrets[favourite] - regrets[best] <= _margin(jobs[best]):
        best = favourite
    others = ", ".join(f"{mode} {_longer(jobs[mode], jobs[best])}" for mode in jobs if mode != best)
    return best, others


def _longer(job: Evidence, best: Evidence) -> str:
    """How much longer a job takes; without a compute time, how much later it starts."""
    if job.seconds is not None and best.seconds is not None:
        if abs(job.seconds - best.seconds) < 1:
            return "takes as long"
        return f"takes {_signed(job.seconds - best.seconds)}"
    later, start = job.expected, best.expected
    assert later and start and later.start is not None and start.start is not None
    return f"starts {format_duration(max(0.0, later.start - start.start))} later"


def _signed(seconds: float) -> str:
    """`9m 12s longer` or `3 s less`."""
    return f"{format_duration(abs(seconds))} {'longer' if seconds >= 0 else 'less'}"


def _regret(jobs: Mapping[str, Evidence], mode: str) -> float:
    """How much longer than the best it can be, whatever the unknown compute time is."""
    worst = 0.0
    for compute in _compute_times(jobs[mode].workload):
        seconds = {m: _seconds_at(job, compute) for m, job in jobs.items()}
        worst = max(worst, seconds[mode] - min(seconds.values()))
    return worst


def _compute_times(workload: TrainingWorkload) -> tuple[float | None, ...]:
    known = workload.compute_seconds is not None or (
        workload.samples and workload.samples_per_second
    )
    return (None,) if known else (0.0, _ENDLESS_SECONDS)


def _seconds_at(job: Evidence, compute: float | None) -> float:
    """Billed seconds with a stand-in for an unknown compute time."""
    assert job.setting is not None
    workload = job.workload
    if compute is not None:
        workload = replace(workload, compute_seconds=compute, samples_per_second=None)
    seconds = breakdown(workload, job.setting).billed
    return float("inf") if seconds is None else seconds


def _margin(job: Evidence) -> float:
    return max(TIE_SECONDS, TIE_SHARE * (job.seconds or 0.0))


def _with_channel_mode(workload: TrainingWorkload, index: int, mode: str) -> TrainingWorkload:
    channels = list(workload.channels)
    channels[index] = replace(channels[index], mode=mode)
    return replace(workload, channels=tuple(channels))
