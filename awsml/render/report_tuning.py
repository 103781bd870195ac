"""The report of a search: how it got better, for how much, and what mattered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.readers.reasons import brief
from awsml.render.chart import Axis, Chart, Series, svg
from awsml.render.page import Section, Table, page
from awsml.render.search_charts import best_charts, parameter_chart
from awsml.render.search_drawing import curves, parallel_coordinates
from awsml.render.search_report import SearchReport
from awsml.search.lessons import importances
from awsml.search.space import Dimension
from awsml.units import format_duration, format_usd


def report_html(report: SearchReport) -> str:
    """One page that needs nothing else."""
    definition = report.definition
    figures = report.standing.figures(report.now, report.usd_per_hour)
    shown = definition.space, report.ended, definition.metric
    told = [entry for entry in report.ended if entry.objective is not None]
    drawings = [parallel_coordinates(*shown, definition.maximize), curves(report.ended, shown[2])]
    parameters = [parameter_chart(report, dimension) for dimension in report.dimensions]
    lead = (
        f"{report.standing.job.strategy} search for the "
        f"{'largest' if definition.maximize else 'smallest'} {definition.metric}"
    )
    sections = [
        Section("Result", facts=_facts(report, figures)),
        Section("Getting better", charts=best_charts(report)) if told else None,
        Section("What was tried", drawings=[each for each in drawings if each]) if told else None,
        Section("Each parameter", charts=parameters) if told else None,
        _importance_section(report),
        _next_section(report),
        Section("Trials", tables=[_trials_table(report)]),
    ]
    kept = [section for section in sections if section is not None]
    return page(report.run.name, lead, kept, f"run {report.run.id}")


def report_svg(report: SearchReport) -> str:
    """The first chart of the page, as a file of its own."""
    return svg(best_charts(report)[0], alone=True)


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
    known = [(name, share) for name, share in shares.items() if share is not None]
    unknown = [name for name, share in shares.items() if share is None]
    few = [f"Too few trials to say of {', '.join(unknown)}."] if unknown else []
    if not known:
        return Section("Importance", few)
    ordered = sorted(known, key=lambda item: -item[1])
    points = [(float(i), share * 100) for i, (_, share) in enumerate(ordered)]
    said = (
        "How much of the objective's spread, by rank, each parameter explains alone, beyond what "
        "chance would: 0 is not proof that it does not matter."
    )
    chart = Chart(
        "Importance",
        Axis("parameter"),
        Axis("% explained", zero=True),
        [Series("explains", points, "bars")],
        names=[name for name, _ in ordered],
    )
    return Section("Importance", [said, *few], charts=[chart])


def _next_section(report: SearchReport) -> Section:
    found = report.next()
    if not found:
        return Section("Where to look next", ["The best trials lie in no narrower ranges."])
    rows = [(name, _range_text(dimension)) for name, dimension in found.items()]
    said = (
        f"The best quarter of the trials lies here: awsml report {report.run.id} -o yaml=next.yaml"
    )
    return Section("Where to look next", [said], tables=[Table(("parameter", "range"), rows)])


def _range_text(dimension: Dimension) -> str:
    if dimension.choices:
        return ", ".join(dimension.choices)
    return f"{dimension.low:g} to {dimension.high:g} ({dimension.scale})"


def _trials_table(report: SearchReport) -> Table:
    names = [d.name for d in report.dimensions]
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
                brief(entry.reason) if entry.reason else "",
            )
        )
    headings = ("trial", "status", report.definition.metric, "time", "cost", *names, "why")
    return Table(headings, rows, (report.definition.metric, "time", "cost", *names))
