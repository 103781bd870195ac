"""Two plans side by side as a page."""

from __future__ import annotations

from collections.abc import Sequence

from awsml.render.compare import Change
from awsml.render.page import Section, Table, page


def compare_page(found: Sequence[Change], name: str, base: str) -> str:
    """The same as a page: figures, values, requests and findings, each in a table."""
    sections = [
        Section(title, tables=[_table(changes)])
        for title, section in _TITLES
        if (changes := [change for change in found if change.section == section])
    ]
    return page(name, f"what changes against {base}", sections)


_TITLES = (
    ("Cost", "cost"),
    ("Time", "time"),
    ("Findings", "finding"),
    ("Values", "value"),
    ("Requests", "request"),
)


def _table(changes: Sequence[Change]) -> Table:
    """Numbers have a difference; texts have none."""
    headings = ("what", "before", "after")
    rows = [(each.what, each.before, each.after) for each in changes]
    if all(each.figures is None for each in changes):
        return Table(headings, rows)
    more = [(*row, each.delta) for row, each in zip(rows, changes, strict=True)]
    return Table((*headings, "change"), more, ("before", "after", "change"))
