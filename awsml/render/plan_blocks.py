"""What a kind adds to the page of a plan: input modes, a search, candidates, retries, a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from awsml.render.batch import RULE_HEADINGS, attempts_text, next_rows, odds_text, rule_rows
from awsml.render.bench import pareto_chart
from awsml.render.chart import Axis, Chart, Series
from awsml.render.cluster_page import cluster_sections
from awsml.render.measured import HEADINGS, TITLE, measured_rows
from awsml.render.modes import MODE_HEADINGS, mode_rows
from awsml.render.page import Section, Table
from awsml.render.search import (
    SCALE_HEADINGS,
    parallel_headings,
    parallel_rows,
    scale_rows,
    search_title,
)
from awsml.render.serving import CANDIDATE_HEADINGS, candidate_rows
from awsml.report import Report
from awsml.units import format_duration, format_usd

Block = Mapping[str, Any]


def block_sections(report: Report) -> list[Section]:
    """Sections of the blocks that the report has, in a fixed order."""
    if report.plan.kind == "cluster":  # its blocks are one report
        return cluster_sections(report.blocks)
    found = [BLOCKS[name](report.blocks[name]) for name in BLOCKS if name in report.blocks]
    rows = mode_rows(report.time)
    if not rows:
        return found
    said = "What every S3 channel in one mode would mean, at on-demand prices."
    modes = Section("Input modes", [said], tables=[Table(MODE_HEADINGS, rows, MODE_HEADINGS[1:])])
    return [modes, *found]


def _search(block: Block) -> Section:
    """So many trials at once against dollars and hours; then the scale of each range."""
    headings = parallel_headings(block)
    return Section(
        "Search",
        charts=_search_charts(block["by_parallel"]),
        tables=[
            Table(headings, parallel_rows(block), headings[:4], search_title(block)),
            Table(SCALE_HEADINGS, scale_rows(block), caption="Scales"),
        ],
    )


def _search_charts(rows: Sequence[Block]) -> list[Chart]:
    known = [row for row in rows if None not in _ends(row["usd"]) + _ends(row["wall_seconds"])]
    if len(known) < 2:
        return []
    names = [str(row["parallel"]) for row in known]
    across = Axis("trials at once")
    return [
        Chart(title, across, Axis(unit, zero=True), [_intervals(name, known, key, size)], names)
        for title, unit, name, key, size in (
            ("Dollars by trials at once", "dollars", "dollars", "usd", 1.0),
            ("Hours by trials at once", "hours", "hours", "wall_seconds", 3600.0),
        )
    ]


def _intervals(name: str, rows: Sequence[Block], key: str, size: float) -> Series:
    ends = [_ends(row[key]) for row in rows]
    points = [(float(i), (middle or 0.0) / size) for i, (_, middle, _) in enumerate(ends)]
    low = [(each or 0.0) / size for each, _, _ in ends]
    high = [(each or 0.0) / size for _, _, each in ends]
    return Series(name, points, "points", high=high, low=low)


def _ends(estimate: Block) -> tuple[float | None, float | None, float | None]:
    return estimate["low"], estimate["expected"], estimate["high"]


def _diagnosis(block: Block) -> Section:
    missing = f"To be sure, tell {', '.join(block['missing'])}." if block["missing"] else ""
    paragraphs = [f"Because {block['because']}.", *([missing] if missing else [])]
    return Section("Bottleneck", paragraphs, [("Bottleneck", block["bottleneck"] or "unknown")])


def _candidates(rows: Sequence[Block]) -> Section:
    pareto = pareto_chart(rows)
    cells = [(*row, each["why"]) for row, each in zip(candidate_rows(rows), rows, strict=True)]
    table = Table((*CANDIDATE_HEADINGS, "because"), cells, CANDIDATE_HEADINGS[2:])
    return Section("Candidates", charts=[pareto] if pareto else [], tables=[table])


def _retry(block: Block) -> Section:
    return Section(
        "Retries",
        [f"{attempts_text(block)}.", f"{odds_text(block)}."],
        tables=[Table(RULE_HEADINGS, rule_rows(block))],
    )


def _schedule(block: Block) -> Section:
    facts = [("Expression", block["expression"]), ("Time zone", block["timezone"])]
    rows = next_rows(block)
    zones = (f"next runs in {block['timezone']}", "in UTC")
    return Section(
        "Schedule", block["warnings"], facts, tables=[Table(zones, rows)] if rows else []
    )


def _spot(block: Block) -> Section:
    """Dollars and wall-clock times of each way to run it, reclaims included."""
    rows = [("on-demand", _usd(block["on_demand_usd"]), "", "")]
    for name, case in block["cases"].items():
        wall = case["wall_seconds"]
        shown = [_time(wall["p50"]), _time(wall["p99"])]
        rows.append((name, _usd(case["usd"]), *shown))
    headings = ("way", "dollars", "half take at most", "99% take at most")
    written = f"As written: {block['as_written']}."
    return Section("Spot", [written], tables=[Table(headings, rows, headings[1:])])


def _usd(estimate: Block) -> str:
    return "unknown" if estimate["expected"] is None else format_usd(estimate["expected"])


def _time(seconds: float | None) -> str:
    return "unknown" if seconds is None else format_duration(seconds)


def _measured(rows: Sequence[Block]) -> Section:
    title = f"{TITLE[:1].upper()}{TITLE[1:]}"
    return Section(title, tables=[Table(HEADINGS, measured_rows(rows), HEADINGS[1:2])])


BLOCKS: Mapping[str, Callable[[Any], Section]] = {
    "measured": _measured,
    "search": _search,
    "diagnosis": _diagnosis,
    "candidates": _candidates,
    "retry": _retry,
    "schedule": _schedule,
    "spot": _spot,
}
