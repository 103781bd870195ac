"""What a plan says about a search: so many at once, and the scale of each range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.render.table import Column, table
from awsml.units import format_duration, format_usd


def search_section(block: Mapping[str, Any], width: int) -> str:
    """The numbers by trials at once, then the scales."""
    return f"{_by_parallel(block, width)}\n\n{_parameters(block, width)}"


def _by_parallel(block: Mapping[str, Any], width: int) -> str:
    rows = [
        (
            str(row["parallel"]),
            _figure(row["trials_to_target"], "{:.0f}".format),
            _figure(row["usd"], format_usd),
            _figure(row["wall_seconds"], format_duration),
            _top(row["planned"]["expected_top"]),
        )
        for row in block["by_parallel"]
    ]
    if any(row["trials_to_target"]["expected"] is not None for row in block["by_parallel"]):
        title = "search, to the target"
    else:
        title = f"search, {block['trials'] or 'so many'} trials (no target is given)"
    columns = [Column(name, right=True) for name in ("at once", "trials", "dollars", "wall-clock")]
    columns.append(Column(f"best of {block['trials'] or 'them'}", shrink=True))
    return f"{title}\n" + table(columns, rows, width, indent=2)


def _parameters(block: Mapping[str, Any], width: int) -> str:
    rows = [(each["name"], each["scale"], each["because"]) for each in block["parameters"]]
    columns = (Column("parameter"), Column("scale"), Column("because", shrink=True))
    return "scales\n" + table(columns, rows, width, indent=2)


def _figure(estimate: Mapping[str, Any], shown: Any) -> str:
    expected = estimate["expected"]
    return "unknown" if expected is None else str(shown(expected))


def _top(estimate: Mapping[str, Any] | None) -> str:
    if estimate is None or estimate["expected"] is None:
        return "unknown"
    return f"among the best {estimate['expected']:.1%}"
