"""What starves an endpoint, and the types that could carry it, inside a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from awsml.render.table import Column, table, wrap
from awsml.units import format_usd

_MOST_ROWS = 10
CANDIDATE_HEADINGS = ("instance", "hosts", "requests/s", "at peak", "a month", "a million")


def diagnosis_section(block: Mapping[str, Any], width: int) -> str:
    """The bottleneck, the reason, and what would make it sure."""
    name = block["bottleneck"] or "unknown"
    lines = [f"bottleneck  {name}"]
    lines += [f"  {part}" for part in wrap(block["because"], width - 2)]
    if block["missing"]:
        told = f"to be sure, tell {', '.join(block['missing'])}"
        lines += [f"  {part}" for part in wrap(told, width - 2)]
    return "\n".join(lines)


def candidates_section(rows: Sequence[Mapping[str, Any]], width: int) -> str:
    """One line a type: what it sustains, how many the peak takes, dollars of the month."""
    columns = [Column(name, right=i > 1) for i, name in enumerate(CANDIDATE_HEADINGS)]
    return "candidates\n" + table(columns, candidate_rows(rows[:_MOST_ROWS]), width, indent=2)


def candidate_rows(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (
            row["instance"],
            "yes" if row["deployable"] else "no",
            _figure(row["sustained_rps"]),
            "unknown" if row["instances"] is None else str(row["instances"]),
            _usd(row["usd_per_month"]),
            _usd(row["usd_per_million"]),
        )
        for row in rows
    ]


def _figure(estimate: Mapping[str, Any] | None) -> str:
    if estimate is None:
        return "unknown"
    mark = "~" if estimate["basis"] in ("estimated", "assumed") else ""
    return f"{mark}{estimate['expected']:.4g}"


def _usd(estimate: Mapping[str, Any] | None) -> str:
    return "unknown" if estimate is None else format_usd(estimate["expected"])
