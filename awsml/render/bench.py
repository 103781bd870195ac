"""A measurement of an endpoint: lines, a table, and a page with charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from awsml.render.chart import Axis, Chart, Series
from awsml.render.page import Section, Table, page
from awsml.render.serving import CANDIDATE_HEADINGS, candidate_rows
from awsml.render.table import Column, table
from awsml.units import counted, format_duration

Point = Mapping[str, Any]
_PERCENTILES = ("p50", "p90", "p99")
_BOUND = "generator-bound"
_FOOTNOTE = "* generator-bound: requests started late; the figures are not the endpoint's"


def point_line(point: Point) -> str:
    """One point as it is done, short enough for a line of eighty."""
    latency = point["latency_ms"]
    shown = "  ".join(f"{name} {_ms(latency[name])}" for name in ("p50", "p99"))
    errors = sum(point["errors"].values())
    cpu = point["machine"].get("cpu")
    parts = [f"{asked(point):<14}{point['requests_per_second']:>9.1f}/s  {shown}"]
    parts += [f"errors {errors}"] if errors else []
    if point["generator_bound"]:
        parts.append(_BOUND)
    elif cpu is not None:
        parts.append(f"cpu {cpu:.0%}")
    return "  ".join(parts)


def asked(point: Point) -> str:
    parts = [f"{point['rate']:g}/s" if point["rate"] else f"{point['concurrency']} at a time"]
    parts += [point["payload"]] if point["payload"] else []
    parts += [f"batch {point['batch']}"] if point["batch"] else []
    return ", ".join(parts)


def bench_text(points: Sequence[Point], observed: Mapping[str, str], width: int) -> str:
    """The table, and what is written into the scenario."""
    columns = (
        Column("load"),
        Column("answered/s", right=True),
        *(Column(name, right=True) for name in _PERCENTILES),
        Column("errors", right=True),
        Column("cpu", right=True),
    )
    told = [f"  {name}: {text}" for name, text in observed.items()]
    marked = _footnotes(points)
    shown = table(columns, [_cells(p) for p in points], width)
    return "\n".join([shown, *marked, "", "observed:", *told])


def _footnotes(points: Sequence[Point]) -> list[str]:
    return [_FOOTNOTE] if any(point["generator_bound"] for point in points) else []


def _cells(point: Point) -> tuple[str, ...]:
    latency, cpu = point["latency_ms"], point["machine"].get("cpu")
    return (
        asked(point) + (" *" if point["generator_bound"] else ""),
        f"{point['requests_per_second']:.1f}",
        *(_ms(latency[name]) for name in _PERCENTILES),
        str(sum(point["errors"].values())),
        "" if cpu is None else f"{cpu:.0%}",
    )


def _ms(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:.3g} ms" if value < 1000 else format_duration(value / 1000)


def bench_page(
    name: str, points: Sequence[Point], observed: Mapping[str, str], candidates: Sequence[Point]
) -> str:
    """Latency by offered rate, throughput by concurrency, candidates by price."""
    open_loop = [point for point in points if point["rate"]]
    closed = [point for point in points if point["concurrency"]]
    charts = [chart for chart in (_latency(open_loop), _throughput(closed)) if chart]
    facts = tuple((field.replace("_", " "), text) for field, text in observed.items())
    measured = Section(
        "Measured",
        paragraphs=_footnotes(points),
        facts=facts,
        charts=charts,
        tables=[_table(points)],
    )
    sections = [measured]
    pareto = pareto_chart(candidates)
    if pareto is not None:
        rows = candidate_rows(candidates)
        weighed = Table(CANDIDATE_HEADINGS, rows, numbers=CANDIDATE_HEADINGS[2:])
        sections.append(Section("Candidates", charts=[pareto], tables=[weighed]))
    count = counted(len(points), "point")
    lead = f"{count}; open-loop arrivals, latency from the moment a request was due."
    return page(f"Endpoint {name}", lead, sections)


def _latency(points: Sequence[Point]) -> Chart | None:
    series = [
        Series(
            name,
            [(p["rate"], p["latency_ms"][name]) for p in points if p["latency_ms"][name]],
        )
        for name in _PERCENTILES
    ]
    if not any(each.points for each in series):
        return None
    return Chart(
        "Latency by rate", Axis("requests a second", zero=True), Axis("ms", log=True), series
    )


def _throughput(points: Sequence[Point]) -> Chart | None:
    found = [(float(p["concurrency"]), p["requests_per_second"]) for p in points]
    if len(found) < 2:
        return None
    axis = Axis("requests a second", zero=True)
    return Chart("Answered by concurrency", Axis("at a time", log=True), axis, [Series("", found)])


def pareto_chart(candidates: Sequence[Point]) -> Chart | None:
    """What a type sustains against its price; those that nothing beats are joined by a line."""
    known = [
        (row["sustained_rps"]["expected"], row["usd_per_month"]["expected"], row["instance"])
        for row in candidates
        if row["deployable"] and row["sustained_rps"] and row["usd_per_month"]
    ]
    if not known:
        return None
    best = [one for one in known if not any(_beats(other, one) for other in known)]
    best.sort()
    names = [name for *_, name in known]
    return Chart(
        "Dollars a month by requests a second",
        Axis("requests a second that one sustains", zero=True),
        Axis("dollars a month for this load", zero=True),
        [
            Series("types", [(x, y) for x, y, _ in known], "points", hints=names, names=names),
            Series("none better", [(x, y) for x, y, _ in best]),
        ],
    )


def _beats(other: tuple[float, float, str], one: tuple[float, float, str]) -> bool:
    """At least as fast and as cheap, and better in one of the two."""
    as_good = other[0] >= one[0] and other[1] <= one[1]
    return as_good and other[:2] != one[:2]


def _table(points: Sequence[Point]) -> Table:
    headings = ("load", "answered/s", *_PERCENTILES, "errors", "cpu")
    return Table(headings, [_cells(point) for point in points], numbers=headings[1:])
