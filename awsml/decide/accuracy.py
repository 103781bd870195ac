"""Predicted against actual: what a plan said of a run, and what AWS then did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from awsml.store.predicted import Bounds, billed_seconds, phase_seconds, searched, whole_seconds
from awsml.store.run import PhaseRecord, Run, Status


@dataclass(frozen=True, slots=True)
class Judged:
    """One predicted figure beside the actual one; `unit` is s or USD."""

    what: str
    unit: str
    low: float | None
    predicted: float
    high: float | None
    actual: float

    @property
    def error(self) -> float:
        """A share of the actual figure; above nothing where too much was predicted."""
        return self.predicted / self.actual - 1

    @property
    def inside(self) -> bool | None:
        """Whether the range held it; None where no range was given."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.actual <= self.high


@dataclass(frozen=True, slots=True)
class Total:
    """One figure over all runs. `bias` is of the sums: what errors leave when they cancel."""

    what: str
    runs: int
    median_error: float
    bias: float
    inside: int
    ranged: int  # runs whose prediction had a range


def left_out(run: Run) -> str | None:
    """Why a run says nothing about predictions."""
    if run.backend != "aws":
        return "on this machine: a plan predicts AWS"
    if run.status is not Status.COMPLETED:
        return "not completed"
    if not run.predicted.get("time", {}).get("phases"):
        return "without a prediction"
    return None


def judged(run: Run, phases: Iterable[PhaseRecord]) -> list[Judged]:
    """Each phase that was predicted, then the billed time and the dollars where AWS told them."""
    took: dict[str, float] = {}
    for phase in phases:
        took[phase.name] = took.get(phase.name, 0.0) + (phase.seconds or 0.0)
    time = run.predicted["time"]
    rows = [
        _judged(name, "s", bounds, took.get(name)) for name, bounds in phase_seconds(time).items()
    ]
    rows += [_judged(*row) for row in _whole(run)]
    return [row for row in rows if row is not None]


def totals(runs: Sequence[Sequence[Judged]]) -> list[Total]:
    """Per figure, in the order in which they first appear."""
    found: dict[str, list[Judged]] = {}
    for rows in runs:
        for row in rows:
            found.setdefault(row.what, []).append(row)
    return [_total(what, rows) for what, rows in found.items()]


def _whole(run: Run) -> Iterator[tuple[str, str, Bounds | None, float | None]]:
    time, cost, figures = run.predicted["time"], run.predicted.get("cost", {}), run.figures
    if searched(time):
        took = None if run.started is None or run.ended is None else run.ended - run.started
        yield "search", "s", whole_seconds(time), took
    bounds = billed_seconds(time)
    machines = figures.get("instances", 1)
    billed = None if bounds is None else _times(bounds, machines)
    yield "billed time", "s", billed, figures.get("billable_seconds")
    if cost.get("per") == "run":
        yield "dollars", "USD", _ends(cost), figures.get("usd")


def _ends(cost: Mapping[str, float | None]) -> Bounds:
    return cost.get("low"), cost.get("expected"), cost.get("high")


def _times(bounds: Bounds, factor: float) -> Bounds:
    low, expected, high = (None if end is None else end * factor for end in bounds)
    return low, expected, high


def _judged(what: str, unit: str, bounds: Bounds | None, actual: float | None) -> Judged | None:
    """None where one of the two is not known, or nothing happened to hold a prediction against."""
    low, predicted, high = bounds or (None, None, None)
    if predicted is None or not actual or actual < 0:
        return None
    return Judged(what, unit, low, predicted, high, actual)


def _total(what: str, rows: Sequence[Judged]) -> Total:
    ranged = [row.inside for row in rows if row.inside is not None]
    return Total(
        what,
        len(rows),
        median(abs(row.error) for row in rows),
        sum(row.predicted for row in rows) / sum(row.actual for row in rows) - 1,
        sum(ranged),
        len(ranged),
    )
