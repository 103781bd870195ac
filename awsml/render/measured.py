"""Which figures of a plan earlier runs of the same job measured, and which runs those were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from awsml.estimate.measured import SAMPLES
from awsml.render.table import Column, table
from awsml.units import format_duration, format_rate

Row = Mapping[str, Any]
TITLE = "measured by earlier runs of this job"
HEADINGS = ("what", "measured", "by")


def measured_section(rows: Sequence[Row], width: int) -> str:
    columns = [Column(name, shrink=name != "measured") for name in HEADINGS]
    return f"{TITLE}\n" + table(columns, measured_rows(rows), width, indent=2)


def measured_rows(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    return [(_name(row), _value(row), _runs(row["runs"])) for row in rows]


def _name(row: Row) -> str:
    """`download_seconds.file` is the download in File mode."""
    if row["what"] == SAMPLES:
        return "samples/s, as fed" + ("" if row["used"] else " (the scenario states its own)")
    name, _, mode = row["what"].partition(".")
    shown = name.removesuffix("_seconds")
    return f"{shown}, {mode}" if mode else shown


def _value(row: Row) -> str:
    form = format_rate if row["what"] == SAMPLES else format_duration
    value = row["value"]
    low, expected, high = (form(value[end]) for end in ("low", "expected", "high"))
    return expected if low == high else f"{expected} ({low} to {high})"


def _runs(runs: Sequence[str]) -> str:
    newest, *others = runs
    return f"{newest} and {len(others)} before it" if others else newest
