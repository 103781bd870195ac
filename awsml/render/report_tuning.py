"""The report of a search: how it got better, for how much, and what mattered."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awsml.backends.local.tuning.job import Definition, tuning_job
from awsml.backends.local.tuning.standing import Entry, Standing, restored
from awsml.render.chart import Axis, Chart, Series, svg
from awsml.render.page import Section, Table, page
from awsml.render.search_drawing import curves, parallel_coordinates
from awsml.search.lessons import importances, next_ranges
from awsml.search.space import Dimension
from awsml.search.trial import Tried, better
from awsml.store.run import Run
from awsml.store.runs import RunStore
from awsml.units import format_duration, format_usd


@dataclass(frozen=True, slots=True)
class SearchReport:
    """A search with all its trials, in the order in which they ended."""

    run: Run
    standing: Standing
    usd_per_hour: float | None
    now: float

    @classmethod
    def of(cls, store: RunStore, run: Run, now: float) -> SearchReport:
        job = tuning_job(run.request("CreateHyperParameterTuningJob"))
        standing, _ = restored(job, store, run.id)
        rate = run.predicted.get("search", {}).get("trial", {}).get("usd_per_hour_at_most")
        return cls(run, standing, rate, now)

    @property
    def definition(self) -> Definition:
        return self.standing.job.definitions[0]

    @property
    def ended(self) -> list[Entry]:
        return sorted(self.standing.over, key=lambda e: (e.ended or 0.0, e.number))

    def usd(self, entry: Entry) -> float | None:
        rate = self.usd_per_hour
        return None if rate is None else entry.seconds(self.now) * rate / 3600

    def tried(self) -> list[Tried]:
        return self.standing.history(self.definition)

    def next(self) -> dict[str, Dimension]:
        return next_ranges(self.definition.space, self.tried(), self.definition.maximize)


def report_html(report: SearchReport) -> str:
    """One page that needs nothing else."""
    definition = report.definition
    figures = report.standing.figures(report.now, report.usd_per_hour)
    shown = definition.space, report.ended, definition.metric
    lead = (
        f"{report.standing.job.strategy} search for the "
        f"{'largest' if definition.maximize else 'smallest'} {definition.metric}"
    )
    sections = [
        Section("Result", facts=_facts(report, figures)),
        Section("Getting better", charts=best_charts(report)),
        Section(
            "What was tried",
            drawings=[
                drawing
                for drawing in (
                    parallel_coordinates(*shown, definition.maximize),
                    curves(report.ended, definition.metric),
                )
                if drawing
            ],
        ),
        Section(
            "Each parameter", charts=[_parameter_chart(report, d) for d in _dimensions(report)]
        ),
        _importance_section(report),
        _next_section(report),
        Section("Trials", tables=[_trials_table(report)]),
    ]
    return page(report.run.name, lead, sections, f"run {report.run.id}")


def report_csv(report: SearchReport) -> str:
    """One row a trial, in their own order."""
    names = [d.name for d in _dimensions(report)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = ["trial", "run", "status", "objective", "steps", "seconds", "usd", "stopped_by"]
    writer.writerow([*head, *names])
    for number, entry in sorted(report.standing.entries.items()):
        usd = report.usd(entry)
        row = [
            number,
            entry.run,
            entry.status or "InProgress",
            entry.objective,
            len(entry.reported),
        ]
        row += [round(entry.seconds(report.now), 3), None if usd is None else round(usd, 6)]
        writer.writerow([*row, entry.stopped_by, *(entry.setting.get(name) for name in names)])
    return out.getvalue()


def report_svg(report: SearchReport) -> str:
    """The first chart of the page, as a file of its own."""
    return svg(best_charts(report)[0], alone=True)


def report_json(report: SearchReport) -> dict[str, Any]:
    shares = importances(report.definition.space, report.tried())
    return {
        "version": 1,
        "run": report.run.id,
        "metric": report.definition.metric,
        "goal": "maximize" if report.definition.maximize else "minimize",
        **report.standing.figures(report.now, report.usd_per_hour),
        "importance": shares,
        "next": {name: _range(dimension) for name, dimension in report.next().items()},
        "trials_by_number": [
            {
                "trial": number,
                "run": entry.run,
                "status": entry.status,
                "objective": entry.objective,
                "setting": dict(entry.setting),
                "seconds": round(entry.seconds(report.now), 3),
                "stopped_by": entry.stopped_by,
            }
            for number, entry in sorted(report.standing.entries.items())
        ],
    }


def warm_start_scenario(report: SearchReport, base: str) -> dict[str, Any]:
    """A scenario that goes on from this search, in the ranges where it was good."""
    run = report.run
    parent = run.remote.get("name") or run.id
    return {
        "extends": base,
        "kind": "tuning",
        "name": f"{run.name}-next",
        "warm_start": {
            "parents": [parent],
            "type": "identical",
            "trials": len(report.standing.over),
        },
        "parameters": {name: _range(d) for name, d in report.next().items()},
    }


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
        _best_chart("Best so far, by time", "seconds", metric, by_time, maximize),
        _best_chart("Best so far, by cost", dollars, metric, by_cost, maximize),
    ]


def _best_chart(
    title: str, x: str, metric: str, at: Sequence[tuple[float, Entry]], maximize: bool
) -> Chart:
    best: float | None = None
    steps = []
    for place, entry in at:
        value = entry.objective or 0.0
        best = value if better(value, best, maximize) or best is None else best
        steps.append((place, best))
    points = [(place, entry.objective or 0.0) for place, entry in at]
    hints = [f"trial {entry.number}: {entry.objective:.6g}" for _, entry in at]
    trials = Series("trials", points, "cross", hints=hints)
    log = _spans_decades([y for _, y in points])
    return Chart(title, Axis(x), Axis(metric, log=log), [Series("best", steps, "step"), trials])


def _parameter_chart(report: SearchReport, dimension: Dimension) -> Chart:
    """Against the parameter on its own scale; reverse-log is shown as the distance from 1."""
    entries = [e for e in report.ended if e.objective is not None and dimension.name in e.setting]
    near_one = dimension.scale == "reverse-log"
    points = [
        (_place(dimension, e.setting[dimension.name], near_one), e.objective or 0.0)
        for e in entries
    ]
    title = f"1 - {dimension.name}" if near_one else dimension.name
    log = _spans_decades([y for _, y in points])
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


def _spans_decades(values: Sequence[float]) -> bool:
    """A loss that falls, or bursts, by factors of a thousand is read on a logarithmic axis."""
    return bool(values) and min(values) > 0 and max(values) / min(values) > 1000


def _facts(report: SearchReport, figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    best = figures.get("best")
    facts = [("Status", report.run.status.value)]
    if best:
        setting = ", ".join(f"{name} {text}" for name, text in best["setting"].items())
        facts += [
            (f"Best {report.definition.metric}", f"{best['objective']:.6g}"),
            ("In trial", f"{best['trial']}: {setting}"),
        ]
    facts.append(("Trials", _counts(figures)))
    facts.append(("Time of trials", format_duration(figures["trial_seconds"])))
    if "planned_usd" in figures:
        facts.append(("At the planned price", format_usd(figures["planned_usd"])))
    return facts


def _counts(figures: Mapping[str, Any]) -> str:
    parts = [f"{figures['trials']} over"]
    for name in ("stopped_early", "failed", "without_objective"):
        if figures[name]:
            parts.append(f"{figures[name]} {name.replace('_', ' ')}")
    return ", ".join(parts)


def _importance_section(report: SearchReport) -> Section:
    shares = importances(report.definition.space, report.tried())
    if shares is None:
        return Section("Importance", ["Too few trials to say which parameters mattered."])
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    points = [(float(i), share * 100) for i, (_, share) in enumerate(ordered)]
    said = "How much of the objective's spread, by rank, each parameter explains alone."
    chart = Chart(
        "Importance",
        Axis("parameter"),
        Axis("% explained", zero=True),
        [Series("explains", points, "bars")],
        names=[name for name, _ in ordered],
    )
    return Section("Importance", [said], charts=[chart])


def _next_section(report: SearchReport) -> Section:
    found = report.next()
    if not found:
        return Section("Where to look next", ["The best trials lie in no narrower ranges."])
    rows = [(name, _range_text(dimension)) for name, dimension in found.items()]
    said = (
        f"The best quarter of the trials lies here: awsml report {report.run.id} -o yaml=next.yaml"
    )
    return Section("Where to look next", [said], tables=[Table(("parameter", "range"), rows)])


def _range(dimension: Dimension) -> dict[str, Any]:
    """As a scenario says it."""
    if dimension.choices:
        return {"choices": list(dimension.choices)}
    if dimension.integer:
        return {"low": int(dimension.low), "high": int(dimension.high)}
    return {"low": dimension.low, "high": dimension.high, "scale": dimension.scale}


def _range_text(dimension: Dimension) -> str:
    if dimension.choices:
        return ", ".join(dimension.choices)
    return f"{dimension.low:g} to {dimension.high:g} ({dimension.scale})"


def _trials_table(report: SearchReport) -> Table:
    names = [d.name for d in _dimensions(report)]
    rows = []
    for number, entry in sorted(report.standing.entries.items()):
        usd = report.usd(entry)
        rows.append(
            (
                str(number),
                entry.status or "InProgress",
                "" if entry.objective is None else f"{entry.objective:.6g}",
                format_duration(entry.seconds(report.now)),
                "" if usd is None else format_usd(usd),
                *(entry.setting.get(name, "") for name in names),
                entry.reason or "",
            )
        )
    headings = ("trial", "status", report.definition.metric, "time", "cost", *names, "why")
    return Table(headings, rows, (report.definition.metric, "time", "cost", *names))


def _dimensions(report: SearchReport) -> list[Dimension]:
    """Of all definitions, each name once."""
    found: dict[str, Dimension] = {}
    for definition in report.standing.job.definitions:
        for dimension in definition.space.dimensions:
            found.setdefault(dimension.name, dimension)
    return list(found.values())
