"""The report of a run that is no search: how long, what it said, and what was asked for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from awsml.events import LogLine
from awsml.render.chart import Axis, Chart, Series, svg
from awsml.render.page import Cell, Fold, Section, Span, Table, page
from awsml.render.runs import RunView, predicted_seconds, standing_text, where_text
from awsml.secrets import hidden, secrets_of
from awsml.store.run import MetricRecord
from awsml.store.runs import RunStore
from awsml.units import counted, format_duration, format_usd

_LOG_LINES = 200
_MOST_POINTS = 2_000  # of one curve: more cannot be told apart
_FOOTER = "Seconds are of the clock of the machine that watched."


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run with its whole metric series and the end of its log, as they stood at `now`."""

    view: RunView
    series: Mapping[str, Sequence[MetricRecord]]
    lines: Sequence[LogLine]
    now: float

    @classmethod
    def of(cls, store: RunStore, view: RunView, now: float) -> RunReport:
        series: dict[str, list[MetricRecord]] = {}
        for point in store.series(view.run.id):
            series.setdefault(point.name, []).append(point)
        return cls(view, series, store.logs(view.run.id, tail=_LOG_LINES), now)


def run_html(report: RunReport) -> str:
    """One page that needs nothing else."""
    run = report.view.run
    charts = [_curve(name, points, run.started) for name, points in report.series.items()]
    sections = [
        Section("Result", facts=_facts(report)),
        _phases(report),
        Section("Metrics", charts=charts) if charts else None,
        _jobs(report),
        _notes(report),
        _requests(report),
        _log(report),
    ]
    lead = f"{run.kind} {where_text(run)}"
    kept = [section for section in sections if section is not None]
    return page(run.name, lead, kept, f"run {run.id}. {_FOOTER}")


def run_svg(report: RunReport) -> str | None:
    """The curve of the first metric, as a file of its own; None where there is none."""
    first = next(iter(report.series.items()), None)
    return svg(_curve(*first, report.view.run.started), alone=True) if first else None


def run_csv(report: RunReport) -> str:
    """A row for each value of a metric."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("metric", "step", "at", "value"))
    for name, points in report.series.items():
        rows.writerows((name, point.step, point.at, point.value) for point in points)
    return text.getvalue()


def _facts(report: RunReport) -> list[tuple[str, str]]:
    run, figures = report.view.run, report.view.run.figures
    took = format_duration((run.ended or report.now) - (run.started or run.created))
    facts = [("Status", standing_text(run)), ("Took" if run.over else "For", took)]
    if run.reason:
        facts.append(("Reason", run.reason))
    if (billable := figures.get("billable_seconds")) is not None:
        facts.append(("Billable", format_duration(billable)))
    if (usd := figures.get("usd")) is not None:
        facts.append(("Dollars", format_usd(usd)))
    facts += [(f"Last {name}", f"{points[-1].value:g}") for name, points in report.series.items()]
    facts += [(name, address) for name, address in figures.get("artifacts", {}).items()]
    return facts


def _phases(report: RunReport) -> Section | None:
    """Each phase where it lay in the run; beside it the prediction, of runs that it was for."""
    view = report.view
    if not view.phases:
        return None
    predicted = predicted_seconds(view.run)
    begin = view.phases[0].started
    whole = max((view.phases[-1].ended or report.now) - begin, 1e-9)
    rows: list[Sequence[Cell]] = []
    for phase in view.phases:
        start, end = phase.started - begin, (phase.ended or report.now) - begin
        took = format_duration(end - start)
        expected = predicted.get(phase.name)
        told = "" if expected is None else format_duration(expected)
        span = Span(start / whole, min(end / whole, 1.0), f"{phase.name}: {took}")
        beside = (told,) if predicted else ()
        rows.append((phase.name, span, took, *beside, phase.detail or ""))
    headings = ["phase", "when", "took", *(["predicted"] if predicted else []), "detail"]
    return Section("Time", tables=[Table(headings, rows, ("took", "predicted"))])


def _curve(name: str, points: Sequence[MetricRecord], began: float | None) -> Chart:
    """Against steps where every value has one, else against seconds of the run."""
    stride = max(1, -(-len(points) // _MOST_POINTS))
    shown = [*points[::stride], *(points[-1:] if (len(points) - 1) % stride else ())]
    if all(point.step is not None for point in points):
        axis, across = Axis("step"), [float(point.step or 0) for point in shown]
    else:
        start = points[0].at if began is None else began
        axis, across = Axis("seconds"), [point.at - start for point in shown]
    values = [point.value for point in shown]
    note = f"one value in {stride}" if stride > 1 else ""
    line = Series(name, list(zip(across, values, strict=True)))
    return Chart(name, axis, Axis(name), [line], note=note)


def _jobs(report: RunReport) -> Section | None:
    jobs = report.view.jobs
    if jobs is None:
        return None
    counts = [
        (label, ", ".join(f"{count} {state}" for state, count in states.items()))
        for label, states in jobs.counts.items()
    ]
    failed = [(row.key, str(row.attempts), row.reason or "") for row in jobs.failed]
    attempts = [
        (one.key, str(one.number), one.reason or one.status_reason or "") for one in jobs.attempts
    ]
    tables = [Table(("job", "states"), counts)]
    tables += [Table(("failed", "attempts", "why"), failed, ("attempts",))] if failed else []
    tables += [Table(("job", "attempt", "ended"), attempts, ("attempt",))] if attempts else []
    return Section("Jobs", tables=tables)


def _notes(report: RunReport) -> Section | None:
    by_level = {"warning": "warning", "differs": "on AWS it differs"}
    rows = [
        (by_level[note.level], note.text) for note in report.view.notes if note.level in by_level
    ]
    return Section("Notes", tables=[Table(("about", "note"), rows)]) if rows else None


def _requests(report: RunReport) -> Section | None:
    requests = report.view.run.requests
    folds = [
        Fold(
            f"{request['service']}:{request['operation']}",
            code=json.dumps(request["params"], indent=2, ensure_ascii=False),
        )
        for request in hidden(requests, secrets_of(requests))
    ]
    return Section("Requests", folds=folds) if folds else None


def _log(report: RunReport) -> Section | None:
    if not report.lines:
        return None
    text = "\n".join(f"{line.stream}  {line.text}" for line in report.lines)
    title = f"the last {counted(len(report.lines), 'line')}"
    return Section("Log", folds=[Fold(title, code=text)])
