"""Spot or not: on average, at p90 and p99, with and without checkpoints; the wait to allow."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.basis import Estimate
from awsml.decide.saving import saved
from awsml.decide.training.evidence import Evidence
from awsml.decide.training.spot_case import (
    SpotCase,
    SpotGrounds,
    best_every,
    spot_case,
    spot_grounds,
    work_of,
)
from awsml.estimate.spot import Work, quantile, simulate
from awsml.finding import Fix
from awsml.kinds.kind import Choice
from awsml.units import counted, format_duration, format_usd

# Less than this share of the on-demand price is not worth a longer wall-clock.
_WORTH_SHARE = 0.1
# Leaving on-demand has to save this much, and must not often take so many times as long.
_WORTH_USD = 0.25
_MOST_TIMES = 4.0


class SpotAnswer(NamedTuple):
    """All cases of one job. `now` is the name of the one that the scenario asks for."""

    now: str
    on_demand: Estimate
    seconds: Estimate
    cases: dict[str, SpotCase]
    grounds: SpotGrounds
    every: float


def spot_answer(evidence: Evidence) -> SpotAnswer | None:
    """None where the compute time is unknown, or the type is not sold as Spot, or no more."""
    instance = catalog.instance(evidence.workload.instance or "")
    grounds = spot_grounds(evidence)
    every = best_every(evidence, grounds)
    bare, kept = work_of(evidence, None), work_of(evidence, every)
    if bare is None or kept is None or instance is None:
        return None
    if instance.retired or not instance.spot:
        return None
    jobs = {"spot, no checkpoints": bare}
    if can_checkpoint(evidence):
        jobs[_every_name(every)] = kept
    now = _as_written(evidence, jobs)
    cases = {name: spot_case(evidence, job, grounds) for name, job in jobs.items()}
    return SpotAnswer(now, evidence.usd, evidence.billed, cases, grounds, every)


def can_checkpoint(evidence: Evidence) -> bool:
    """A script can learn to; a built-in algorithm can or cannot."""
    name = evidence.workload.algorithm
    facts = catalog.algorithm(name) if name else None
    return facts is None or facts.checkpoints


def _every_name(seconds: float) -> str:
    return f"spot, checkpoint every {format_duration(seconds)}"


def _as_written(evidence: Evidence, jobs: dict[str, Work]) -> str:
    """The case that the scenario asks for, added to the others where it is none of them."""
    spot = evidence.workload.spot
    if spot is None:
        return "on-demand"
    if not spot.checkpoints:
        return "spot, no checkpoints"
    every = spot.checkpoint_every_seconds or _epoch_seconds(evidence)
    name = _every_name(every)
    job = work_of(evidence, every)
    if job is not None:
        jobs[name] = job
    return name


def _epoch_seconds(evidence: Evidence) -> float:
    """Scripts that say nothing mostly write one checkpoint an epoch."""
    expected = evidence.expected
    total = expected.epochs if expected and expected.epochs else 3600.0
    return max(60.0, total / max(1.0, evidence.workload.epochs or 1.0))


def choose_wait(evidence: Evidence, answer: SpotAnswer | None) -> Choice | None:
    """MaxWait where the scenario leaves it open: the p99 wall-clock, at least the limit."""
    workload = evidence.workload
    if workload.spot is None or workload.spot.max_wait_seconds is not None:
        return None
    limit = workload.runtime_limit_seconds
    if not can_checkpoint(evidence):
        because = f"AWS allows {workload.algorithm} no more, since it keeps no checkpoints"
        allowed = round(catalog.limit("training_spot_wait_without_checkpoints").value)
        return Choice(max(limit, allowed), because)
    longest = round(catalog.limit("training_job_maximum").value)
    end = _p99_wall(evidence, answer)
    if not math.isfinite(end):
        far = format_duration(longest)
        return Choice(longest, f"no end in sight at p99: {far} is the longest there is")
    wait = min(longest, max(limit, math.ceil(end / 600) * 600))
    because = f"p99 of the wall-clock is {format_duration(end)}"
    return Choice(wait, because if wait > limit else f"{because}, and it is at least the limit")


def _p99_wall(evidence: Evidence, answer: SpotAnswer | None) -> float:
    """Of the job as written; where its length is unknown, of the longest that the limit allows."""
    if answer is not None:
        return answer.cases[answer.now].wall(0.99)
    spot, grounds = evidence.workload.spot, spot_grounds(evidence)
    every = spot.checkpoint_every_seconds if spot else None
    interval = (every or best_every(evidence, grounds)) if spot and spot.checkpoints else None
    job = Work(float(evidence.workload.runtime_limit_seconds), 0.0, interval)
    return quantile(simulate(job, grounds.interruptions).wall, 0.99)


def spot_advice(evidence: Evidence, answer: SpotAnswer) -> Advice:
    best = _best(answer)
    usd, seconds = figures(answer, answer.now)
    best_usd, best_seconds = figures(answer, best)
    names = ["on-demand", *answer.cases]
    return Advice(
        subject="spot",
        recommend=_recommendation(best, answer),
        because=_because(best, answer),
        saves_usd=saved(usd, best_usd),
        saves_seconds=saved(seconds, best_seconds),
        alternatives=tuple(_row(name, best, answer) for name in names),
        field="spot",
        fixes=tuple(_fixes(evidence, answer)),
        notes=tuple(_notes(evidence, answer)),
        change=best != answer.now,
    )


def _best(answer: SpotAnswer) -> str:
    """What is in force, unless another is a tenth cheaper on average."""
    costs = {name: figures(answer, name)[0].expected for name in ["on-demand", *answer.cases]}
    known = {name: usd for name, usd in costs.items() if usd is not None}
    if answer.now not in known:
        return min(known, key=lambda n: known[n]) if known else answer.now
    cheapest = min(known, key=lambda name: known[name])
    worth = known[cheapest] < known[answer.now] * (1 - _WORTH_SHARE)
    kept = not worth or not_worth(cheapest, answer)
    return answer.now if kept else cheapest


def not_worth(name: str, answer: SpotAnswer) -> str:
    """Why Spot is no reason to leave on-demand, though it costs less; empty where it is one."""
    usd, case = figures(answer, name)[0].expected, answer.cases.get(name)
    whole, now = answer.on_demand.expected, answer.seconds.expected
    if answer.now != "on-demand" or case is None or None in (usd, whole, now):
        return ""
    assert usd is not None and whole is not None and now is not None
    less, often = whole - usd, case.wall(0.9)
    if less <= 0 or (less >= _WORTH_USD and often <= _MOST_TIMES * now):
        return ""
    return f"saves {format_usd(less)} on average and takes {_duration(often)} at p90"


def figures(answer: SpotAnswer, name: str) -> tuple[Estimate, Estimate]:
    """Dollars and seconds on average; a wait for capacity takes time and costs nothing."""
    if name == "on-demand":
        return answer.on_demand, answer.seconds
    return answer.cases[name].usd, answer.cases[name].whole


def _recommendation(best: str, answer: SpotAnswer) -> str:
    if best == answer.now:
        return f"keep {best}"
    if best == "on-demand":
        return "run on-demand"
    return f"use {best}"


def _because(best: str, answer: SpotAnswer) -> str:
    """The figures of what is best, and those of a cheaper way that is not worth it."""
    costs = {name: figures(answer, name)[0].expected for name in answer.cases}
    known = {name: usd for name, usd in costs.items() if usd is not None}
    cheapest = min(known, key=lambda name: known[name], default=None)
    refused = not_worth(cheapest, answer) if cheapest and best == "on-demand" else ""
    return f"{told(best, answer)}; {cheapest} {refused}" if refused else told(best, answer)


def _row(name: str, best: str, answer: SpotAnswer) -> Alternative:
    usd, seconds = figures(answer, name)
    best_usd = figures(answer, best)[0].expected
    if name == best:
        verdict = "chosen"
    elif usd.expected is None or best_usd is None:
        verdict = "unknown"
    elif abs(usd.expected - best_usd) <= 0.02 * best_usd:
        verdict = "equal"
    else:
        worse = usd.expected > best_usd or not_worth(name, answer)
        verdict = "worse" if worse else "better"
    return Alternative(name, verdict, told(name, answer), usd, seconds)


def told(name: str, answer: SpotAnswer) -> str:
    usd, seconds = figures(answer, name)
    cost = "unknown cost" if usd.expected is None else f"{format_usd(usd.expected)} on average"
    if name == "on-demand":
        time = "unknown" if seconds.expected is None else format_duration(seconds.expected)
        return f"{cost}, {time} without interruption"
    case = answer.cases[name]
    spread = ", ".join(
        f"{label} {_duration(case.wall(share))}" for label, share in (("p50", 0.5), ("p90", 0.9))
    )
    return f"{cost}, wall-clock {spread}, p99 {_duration(case.wall(0.99))}"


def _duration(seconds: float) -> str:
    return format_duration(seconds) if math.isfinite(seconds) else "without end"


def _fixes(evidence: Evidence, answer: SpotAnswer) -> list[Fix]:
    """A wait that p99 would exceed is a job that AWS gives up after paying for it."""
    spot = evidence.workload.spot
    if spot is None or spot.max_wait_seconds is None:
        return []
    end = answer.cases[answer.now].wall(0.99)
    if not math.isfinite(end) or end <= spot.max_wait_seconds:
        return []
    return [Fix("spot.max_wait", f"{math.ceil(end / 3600)}h", safe=True)]


def _notes(evidence: Evidence, answer: SpotAnswer) -> list[str]:
    grounds = answer.grounds
    every = format_duration(1 / grounds.rates[1])
    count = counted(evidence.workload.count, "instance")
    notes = [
        f"an interruption about every {every} is assumed, for {count} of whatever type",
        "times are means from the request to the end, waits for capacity included",
    ]
    if answer.every and can_checkpoint(evidence):
        notes.append(f"best interval between checkpoints: {format_duration(answer.every)}")
    spot = evidence.workload.spot
    case = answer.cases.get(answer.now)
    if spot and spot.max_wait_seconds and case:
        share = case.outcomes.finished_by(spot.max_wait_seconds)
        notes.append(f"ends within spot.max_wait in {share:.0%} of cases")
    if case and (over := quantile(case.outcomes.running, 0.99)) > (
        limit := evidence.workload.runtime_limit_seconds
    ):
        notes.append(
            f"limits.runtime of {format_duration(limit)} also counts repeated work, which at p99 "
            f"takes {_duration(over)}"
        )
    if grounds.saving.expected is None:
        notes.append(f"no dollars without the {', '.join(grounds.saving.missing)}")
    return notes


def spot_block(answer: SpotAnswer) -> dict[str, Any]:
    """The plan's own part about Spot."""
    return {
        "as_written": answer.now,
        "on_demand_usd": answer.on_demand.as_json(),
        "best_interval_seconds": answer.every,
        "cases": {name: case.as_json() for name, case in answer.cases.items()},
    }
