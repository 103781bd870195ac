"""Two plans side by side as a page."""

from __future__ import annotations

from collections.abc import Sequence

from awsml.render.compare import Change
from awsml.render.page import Section, Table, page


def compare_page(found: Sequence[Change], name: str, base: str) -> str:
    """The same as a page: figures, values, requests and findings, each in a table."""
    headings = ("what", "before", "after", "change")
    sections = [
        Section(title, tables=[Table(headings, rows, headings[1:] if title in _FIGURES else ())])
        for title, section in _TITLES
        if (rows := [_row(change) for change in found if change.section == section])
    ]
    return page(name, f"what changes against {base}", sections)


_FIGURES = ("Cost", "Time")
_TITLES = (
    ("Cost", "cost"),
    ("Time", "time"),
    ("Findings", "finding"),
    ("Values", "value"),
    ("Requests", "request"),
)


def _row(change: Change) -> tuple[str, ...]:
    return change.what, change.before, change.after, change.delta
