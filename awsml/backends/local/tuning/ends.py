"""Why a search ends before its last trial: money, time, success, or hopelessness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from awsml.backends.budget import Budget
from awsml.backends.local.tuning.standing import Standing
from awsml.readers.reasons import brief
from awsml.search.trial import better
from awsml.units import counted, format_duration

# AWS gives up with "No training job succeeded after 5 attempts":
# https://github.com/aws/amazon-sagemaker-examples/issues/2437
_HOPELESS_AFTER = 5


@dataclass(frozen=True, slots=True)
class End:
    """How the search ends; `by` is what is said of the trials that are stopped with it."""

    status: str
    reason: str | None
    by: str = "search"


def end_reached(standing: Standing, budget: Budget, seconds: float, now: float) -> End | None:
    """The first reason there is; None while the search goes on."""
    return (
        _money_spent(standing, budget, now)
        or _time_over(standing, seconds)
        or _good_enough(standing)
        or _no_gain(standing)
        or _hopeless(standing)
    )


def failure_of_all(standing: Standing) -> End | None:
    """A search without a single value of its objective has failed."""
    if standing.best is not None or not standing.over:
        return None
    first = standing.over[0]
    count = len(standing.over)
    tried = counted(count, "trial")
    return End("Failed", f"{tried}, and no result; the first: {first.reason}")


def why_no_objective(metric: str, status: str, reason: str | None, said: Sequence[str]) -> str:
    """A trial that ends well may still have said nothing that the search can use."""
    if status == "Failed":
        return brief(reason) if reason else "it failed"
    if any("nan" in text.lower().replace("=", " ").split() for text in said):
        return f"`{metric}` was never a number: its log says nan"
    return f"its log has no `{metric}`" + (f"; {reason}" if reason else "")


def _money_spent(standing: Standing, budget: Budget, now: float) -> End | None:
    """Trials that run count by the clock: nobody knows yet what they will be billed."""
    reason = budget.used_up(standing.spent_seconds(now))
    return None if reason is None else End("Completed", reason, "budget")


def _time_over(standing: Standing, seconds: float) -> End | None:
    limit = standing.job.runtime_seconds
    if limit is None or seconds < limit:
        return None
    said = f"the tuning job's limit of {format_duration(limit)} is over"
    return End("Completed" if standing.best else "Stopped", said, "limit")


def _good_enough(standing: Standing) -> End | None:
    enough, best = standing.job.enough, standing.best
    if enough is None or best is None or best.objective is None:
        return None
    maximize = standing.job.definitions[0].maximize
    if not better(best.objective, enough, maximize) and best.objective != enough:
        return None
    return End("Completed", f"trial {best.number} reached {best.objective:g}", "completion")


def _no_gain(standing: Standing) -> End | None:
    most = standing.job.most_without_gain
    if most is None or standing.without_gain() < most:
        return None
    return End("Completed", f"{counted(most, 'trial')} went by without a better one", "completion")


def _hopeless(standing: Standing) -> End | None:
    """Only where nothing has come of any trial yet."""
    over = standing.over
    if len(over) < _HOPELESS_AFTER or any(entry.reported for entry in standing.entries.values()):
        return None
    said = f"none of the first {len(over)} trials gave a result, and AWS gives up there too"
    return End("Failed", f"{said}; the first: {over[0].reason}", "search")
