"""Two plans side by side: what a change does to dollars, time, values, requests and findings.

Both are plans as JSON, so the base may be a file that an earlier `awsml plan -o json` wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from awsml.plan import walk
from awsml.render.cluster import cluster_rows
from awsml.render.spelling import spelled_values
from awsml.render.table import Column, table
from awsml.report import Report
from awsml.store.predicted import billed_seconds, searched, whole_seconds
from awsml.units import counted, format_duration, format_usd

Show = Callable[[float], str]
UNKNOWN = "unknown"
ABSENT = "-"


class Change(NamedTuple):
    """One row. `before` and `after` are as shown; `delta` is set where both are numbers."""

    section: str  # cost, time, value, request, finding
    what: str
    before: str
    after: str
    delta: str = ""
    figures: tuple[float | None, float | None] | None = None

    def as_json(self) -> dict[str, Any]:
        before, after = self.figures or (self.before, self.after)
        return {"section": self.section, "what": self.what, "before": before, "after": after}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Every figure of the cost and the time, and of all else what is not the same."""
    return (
        *_costs(before, after),
        *_times(before, after),
        *_values(before, after),
        *_requests(before, after),
        *_findings(before, after),
    )


def _costs(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = before.get("cost") or {}, after.get("cost") or {}
    per = new.get("per") or old.get("per") or "run"
    for figure in ("expected", "low", "high", "ceiling"):
        left, right = old.get(figure), new.get(figure)
        if figure in ("expected", "ceiling") or left != right:
            what = f"{figure} cost per {per}"
            yield _number("cost", what, left, right, format_usd)
    if (old.get("per") or per) != per:
        yield Change("cost", "cost is per", str(old.get("per")), per)


def _times(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    left, right = _seconds(before), _seconds(after)
    if left is not None or right is not None:
        yield _number("time", _time_name(after), left, right, format_duration)


def _seconds(plan: Mapping[str, Any]) -> float | None:
    """Billed seconds as expected, of a search its wall-clock time; None when that is unknown."""
    time = plan.get("time") or {}
    bounds = whole_seconds(time) if searched(time) else billed_seconds(time)
    return bounds[1] if bounds else None


def _time_name(plan: Mapping[str, Any]) -> str:
    return "time of the search" if searched(plan.get("time") or {}) else "billed time"


def _values(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    yield from _different("value", spelled_values(before), spelled_values(after))


def _requests(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    yield from _different("request", _parameters(before), _parameters(after))


def _parameters(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Every scalar of every call by operation and path; a second call of one is numbered."""
    found: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for call in plan.get("calls") or []:
        operation = call["operation"]
        counts[operation] = counts.get(operation, 0) + 1
        name = operation if counts[operation] == 1 else f"{operation} {counts[operation]}"
        for path, value in walk(call["params"]):
            if not isinstance(value, Mapping | list):
                found[f"{name} {path}"] = value
    return found


def _findings(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """A finding is the same when its slug and the field it is about are."""
    old, new = _by_slug(before), _by_slug(after)
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            yield Change("finding", f"new: {key}", ABSENT, new[key])
        elif key not in new:
            yield Change("finding", f"gone: {key}", old[key], ABSENT)


def _by_slug(plan: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for finding in plan.get("findings") or []:
        where = finding.get("field") or finding.get("request_path") or ""
        found[f"{finding['level']} {finding['slug']} {where}".rstrip()] = finding["message"]
    return found


def _different(section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for what in sorted(old.keys() | new.keys()):
        left, right = _shown(old, what), _shown(new, what)
        if left != right:
            yield Change(section, what, left, right)


def _shown(values: Mapping[str, Any], what: str) -> str:
    if what not in values:
        return ABSENT
    value = values[what]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(section: str, what: str, left: float | None, right: float | None, show: Show) -> Change:
    delta = ""
    if left is not None and right is not None and left != right:
        sign = "+" if right > left else "-"
        share = f" ({(right / left - 1):+.0%})" if left else ""
        delta = f"{sign}{show(abs(right - left))}{share}"
    return Change(section, what, _text_of(left, show), _text_of(right, show), delta, (left, right))


def compare_json(found: Sequence[Change]) -> dict[str, Any]:
    return {"version": 1, "changes": [change.as_json() for change in found]}


def compare_text(found: Sequence[Change], width: int) -> str:
    columns = (
        Column("", shrink=True),
        Column("before", shrink=True),
        Column("after", shrink=True),
        Column("change"),
    )
    return table(columns, [(c.what, c.before, c.after, c.delta) for c in found], width)


def compare_markdown(found: Sequence[Change], name: str) -> str:
    """For a pull request: the figures in sight, requests folded away."""
    figures = [change for change in found if change.section != "request"]
    requests = [change for change in found if change.section == "request"]
    lines = [f"### `{name}`: what this change does", "", *_markdown_rows(figures)]
    if requests:
        count = counted(len(requests), "request parameter")
        lines += ["", f"<details><summary>{count} changed</summary>", ""]
        lines += [*_markdown_rows(requests), "", "</details>"]
    return "\n".join(lines) + "\n"


def plan_markdown(report: Report) -> str:
    """A plan by itself, short: dollars, time and findings."""
    plan = report.as_json()
    cost = plan["cost"]
    rows = []
    if plan["calls"]:
        for figure in ("expected", "ceiling"):
            rows.append((f"{figure} cost per {cost['per']}", _text_of(cost[figure], format_usd)))
    if plan["time"]["phases"]:
        rows.append((_time_name(plan), _text_of(_seconds(plan), format_duration)))
    rows += cluster_rows(report.blocks)
    rows += [(f"advice on {each['subject']}", each["recommend"]) for each in plan["advice"]]
    rows += [(f"{f['level']} {f['slug']}", f["message"]) for f in plan["findings"]]
    lines = [
        f"### `{plan['name']}` in {plan['region'] or 'no region'}",
        "",
        "| | |",
        "| --- | --- |",
    ]
    lines += [f"| {_cell(what)} | {_cell(value)} |" for what, value in rows]
    return "\n".join(lines) + "\n"


def _text_of(value: float | None, show: Show) -> str:
    return UNKNOWN if value is None else show(value)


def _markdown_rows(found: Sequence[Change]) -> Iterator[str]:
    yield "| | before | after | change |"
    yield "| --- | --- | --- | --- |"
    for change in found:
        cells = (change.what, change.before, change.after, change.delta)
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """A bar would end the cell and a line break the row; what could be markup is not."""
    flat = " ".join(text.split())
    for character in "\\|`*_<>[]":
        flat = flat.replace(character, "\\" + character)
    return flat
