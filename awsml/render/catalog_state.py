"""How fresh the catalogue is, and what a refresh changed, as people read it and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from awsml.catalog import Age
from awsml.catalog.differences import Difference
from awsml.render.table import Column, table


def status_text(
    ages: Sequence[Age], refreshed: str | None, facts: Mapping[str, Any], width: int
) -> str:
    rows = [(age.table, f"{age.rows:,}", age.oldest, age.newest) for age in ages]
    columns = (Column("facts"), Column("rows", right=True), Column("oldest"), Column("newest"))
    lines = [table(columns, rows, width), "", f"refreshed: {refreshed or 'never; bundled facts'}"]
    covered = facts.get("regions", {}).get("prices_ec2", [])
    if covered:
        lines.append(f"regions: {', '.join(covered)}")
    lines += [f"set aside: {reason}" for reason in facts.get("set_aside", [])]
    return "\n".join(lines)


def status_json(
    ages: Sequence[Age], refreshed: str | None, facts: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "version": 1,
        "refreshed": refreshed,
        "taken": facts.get("taken"),
        "regions": facts.get("regions", {}).get("prices_ec2", []),
        "set_aside": facts.get("set_aside", []),
        "tables": [
            {"name": a.table, "rows": a.rows, "oldest": a.oldest, "newest": a.newest} for a in ages
        ],
    }


def changes_text(changes: Sequence[Difference], width: int) -> str:
    if not changes:
        return "no price changed"
    columns = (
        Column("table"),
        Column("price"),
        Column("before", right=True),
        Column("after", right=True),
        Column("", right=True),
    )
    rows = [
        (
            change.table,
            change.key,
            change.before or "-",
            change.after or "-",
            "" if change.share is None else f"{change.share:+.1%}",
        )
        for change in changes
    ]
    return table(columns, rows, width)


def changes_json(changes: Sequence[Difference]) -> dict[str, Any]:
    return {
        "version": 1,
        "changes": [
            {
                "table": change.table,
                "key": change.key,
                "before": None if change.before is None else float(change.before),
                "after": None if change.after is None else float(change.after),
                "share": change.share,
            }
            for change in changes
        ],
    }
