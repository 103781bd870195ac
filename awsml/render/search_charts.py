"""Charts of a search: how it got better, and the objective against each parameter."""

from __future__ import annotations

from collections.abc import Sequence

from awsml.backends.local.tuning.standing import Entry
from awsml.render.chart import Axis, Chart, Series
from awsml.render.scale import spans_decades
from awsml.render.search_report import SearchReport
from awsml.search.space import Dimension
from awsml.search.trial import better


def best_charts(report: SearchReport) -> list[Chart]:
    """The best so far against time, and against dollars (or trials where no price is known)."""
    metric, maximize = report.definition.metric, report.definition.maximize
    ended = [entry for entry in report.ended if entry.objective is not None]
    began = min((e.started for e in ended if e.started is not None), default=0.0)
    by_time = [((e.ended or began) - began, e) for e in ended]
    spent, by_cost = 0.0, []
    for index, entry in enumerate(ended):
        usd = report.usd(entry)
        spent = spent + usd if usd is not None else index + 1.0
        by_cost.append((spent, entry))
    dollars = "dollars, at the planned price" if report.usd_per_hour else "trials"
    return [
        best_chart("Best so far, by time", "seconds", metric, by_time, maximize),
        best_chart("Best so far, by cost", dollars, metric, by_cost, maximize),
    ]


def best_chart(
    title: str, x: str, metric: str, at: Sequence[tuple[float, Entry]], maximize: bool
) -> Chart:
    best: float | None = None
    steps = []
    for place, entry in at:
        value = entry.objective or 0.0
        best = value if better(value, best, maximize) or best is None else best
        steps.append((place, best))
    log = spans_decades([entry.objective or 0.0 for _, entry in at])
    shown = at if maximize or not log else _not_burst(at, [value for _, value in steps])
    points = [(place, entry.objective or 0.0) for place, entry in shown]
    hints = [f"trial {entry.number}: {entry.objective:.6g}" for _, entry in shown]
    series = [Series("best", steps, "step"), Series("trials", points, "cross", hints=hints)]
    burst = len(at) - len(shown)
    note = f"{burst} of {len(at)} trials went far beyond and are left out" if burst else ""
    return Chart(title, Axis(x), Axis(metric, log=log), series, note=note)


def _not_burst(
    at: Sequence[tuple[float, Entry]], best: Sequence[float]
) -> list[tuple[float, Entry]]:
    """A loss that burst would press the line that matters onto the axis; as far above that line
    as the line falls, and a factor of ten, is room enough."""
    most = max(best) * max(10.0, max(best) / min(best))
    return [(place, entry) for place, entry in at if (entry.objective or 0.0) <= most]


def parameter_chart(report: SearchReport, dimension: Dimension) -> Chart:
    """Against the parameter on its own scale; reverse-log is shown as the distance from 1."""
    entries = [e for e in report.ended if e.objective is not None and dimension.name in e.setting]
    near_one = dimension.scale == "reverse-log"
    points = [
        (_place(dimension, e.setting[dimension.name], near_one), e.objective or 0.0)
        for e in entries
    ]
    title = f"1 - {dimension.name}" if near_one else dimension.name
    log = spans_decades([y for _, y in points])
    hints = [f"trial {e.number}: {e.setting[dimension.name]} {e.objective:.6g}" for e in entries]
    return Chart(
        dimension.name,
        Axis(title, log=dimension.scale in ("log", "reverse-log")),
        Axis(report.definition.metric, log=log),
        [Series("trials", points, "cross", hints=hints)],
        names=dimension.choices,
    )


def _place(dimension: Dimension, text: str, near_one: bool) -> float:
    if dimension.choices:
        return float(dimension.choices.index(text)) if text in dimension.choices else 0.0
    return 1 - float(text) if near_one else float(text)
