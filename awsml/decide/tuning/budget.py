"""A budget in dollars, compiled into the time limits that AWS enforces.

Whatever happens, a tuning job bills at most: trials at once x their instances x price x its own
MaxRuntimeInSeconds, and the grace after it. So the limit is the budget divided by the rest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from awsml.basis import Estimate
from awsml.decide.training.limits import time_finding
from awsml.estimate.cost import TrainingBill, training_cost
from awsml.finding import Confidence, Finding, Level
from awsml.kinds.kind import Choice
from awsml.units import format_duration, format_usd, round_duration
from awsml.workload.tuning import TuningWorkload

# After a stop each running trial has this long before it is killed, and it is billed.
GRACE_SECONDS = 120
# AWS takes no shorter limit of a tuning job.
SHORTEST_SECONDS = 120
LONGEST_SECONDS = 15_768_000


@dataclass(frozen=True, slots=True)
class Limited:
    """Limits in force; `usd_per_hour` is one trial with all of its instances, at most."""

    usd_per_hour: float | None
    runtime_seconds: int | None
    trial_seconds: Mapping[str, int]  # by the field of the definition
    choices: Mapping[str, Choice]
    findings: tuple[Finding, ...] = ()


def limited(
    workload: TuningWorkload, usd_per_hour: float | None, trial_limits: Mapping[str, int]
) -> Limited:
    """`trial_limits` are what the scenario allows a trial, by definition."""
    budget, stated = workload.cost_limit_usd, workload.runtime_limit_seconds
    if budget is None or usd_per_hour is None or usd_per_hour <= 0:
        return Limited(usd_per_hour, stated, trial_limits, {})
    rate = usd_per_hour * workload.parallel
    # The last trials are stopped at the limit, so their grace is kept back.
    most = min(LONGEST_SECONDS, math.floor(float(budget) * 3600 / rate) - GRACE_SECONDS)
    if most < SHORTEST_SECONDS:
        return Limited(usd_per_hour, stated, trial_limits, {}, (_too_small(workload, rate),))
    runtime = most if stated is None else min(most, stated)
    because = (
        f"`budget.cost`: {format_usd(float(budget))} / ({workload.parallel} at once x "
        f"{format_usd(usd_per_hour)} an hour) less {GRACE_SECONDS} s of grace"
    )
    choices = {} if runtime == stated else {"budget.runtime": Choice(runtime, because)}
    trials = {at: min(limit, runtime) for at, limit in trial_limits.items()}
    for at, seconds in trials.items():
        if seconds < trial_limits[at]:
            field = f"{at}.training.limits.runtime" if at else "training.limits.runtime"
            choices[field] = Choice(seconds, f"no trial may outlast the {format_duration(runtime)}")
    return Limited(usd_per_hour, runtime, trials, choices)


def too_short(
    wall: Estimate, limit: float, workload: TuningWorkload, what: str
) -> Iterator[Finding]:
    """A search that is stopped before its trials have run, by its time or by its dollars."""
    if workload.runtime_limit_seconds == limit:
        longer = round_duration(max(wall.high or 0.0, wall.expected or 0.0))
        field, hint = "budget.runtime", f"write `runtime: {longer}`, or run fewer trials"
    else:
        field, hint = "budget.cost", "raise `budget.cost`, or run fewer trials"
    yield from time_finding(wall, limit, field, what, hint)


def hourly_ceiling(bill: TrainingBill) -> float | None:
    """What an hour of a trial costs at most: instances and volume, on demand."""
    hour = TrainingBill(
        instance=bill.instance,
        region=bill.region,
        billed=bill.billed,
        limit_seconds=3600.0,
        count=bill.count,
        volume_gib=bill.volume_gib,
    )
    return training_cost(hour).ceiling


def _too_small(workload: TuningWorkload, rate: float) -> Finding:
    least = rate * (SHORTEST_SECONDS + GRACE_SECONDS) / 3600
    return Finding(
        "budget-too-small",
        Level.ERROR,
        f"the budget of {format_usd(float(workload.cost_limit_usd or 0))} cannot be enforced: "
        f"{workload.parallel} at once cost {format_usd(least)} within the shortest limit that "
        f"AWS takes, {SHORTEST_SECONDS} s and {GRACE_SECONDS} s of grace",
        "raise `budget.cost`, lower `budget.parallel`, or choose a cheaper instance",
        Confidence.DOCUMENTED,
        field="budget.cost",
    )
