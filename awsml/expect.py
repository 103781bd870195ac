"""A scenario's `expect:` block: conditions on the plan's JSON, so that budgets become tests.

A key is a path into the plan's JSON (`cost.expected`, `effective.input_mode.train`). A value is a
comparison (`"<= 40 USD"`, `">= 2h"`, `"!= pipe"`), a range (`10..20`), or what must stand there.
`findings: [slugs]` means: each of these is found, and nothing else at warning level or above; that
a role or a region is missing, as in most scenarios that are shared, counts only when it is listed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from awsml.finding import Confidence, Finding, Level
from awsml.kinds import needs
from awsml.nearness import closest
from awsml.plan import walk
from awsml.report import Report
from awsml.scenario.document import Document
from awsml.units import BANDWIDTH, DATA, DURATION, MONEY

_COMPARISON = re.compile(r"(<=|>=|==|!=|<|>|=)\s*(.+)", re.DOTALL)
_RANGE = re.compile(r"(.+?)\s*\.\.\s*(.+)")
_NUMBER = re.compile(r"([-+]?(?:\d[\d_,]*)?\.?\d+(?:[eE][-+]?\d+)?)\s*(\S*)")
_STEP = re.compile(r"\[(\d+)\]|[^.\[\]]+")
_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_SAME = {"=": True, "==": True, "!=": False}
_UNITS = {
    unit: float(size)
    for units in (BANDWIDTH, DATA, DURATION, MONEY)
    for unit, size in units.items()
}
_NOWHERE = object()
_SHORTEST_LIST = 120


class _Unmet(NamedTuple):
    message: str
    hint: str


def unmet_expectations(document: Document, report: Report) -> Iterator[Finding]:
    """A finding for every condition that the report does not meet, at its place."""
    wanted = document.plain().get("expect")
    if not isinstance(wanted, Mapping) or not wanted:
        return
    tree = report.as_json()
    for path, condition in wanted.items():
        complaint = (
            _findings(report, condition) if path == "findings" else _met(tree, path, condition)
        )
        if complaint is not None:
            field = f"expect.{path}"
            entry = _entry(document, path)
            yield Finding(
                "expectation-not-met",
                Level.ERROR,
                complaint.message,
                complaint.hint,
                Confidence.VERIFIED,
                entry,
                field,
            )


def _entry(document: Document, path: str) -> Any:
    """Where the condition stands; its key may hold dots, so it is no path of the document."""
    block = document.root.entries["expect"].value
    entries = getattr(block, "entries", {})
    node = entries[path].value if path in entries else block
    flow = getattr(node, "flow", True)
    return node.place if flow else entries[path].key.place


def _findings(report: Report, condition: Any) -> _Unmet | None:
    listed = [str(slug) for slug in condition] if isinstance(condition, list) else [str(condition)]
    found = {finding.slug for finding in report.findings}
    grave = {f.slug for f in report.findings if f.level is not Level.ADVICE}
    missing = [slug for slug in listed if slug not in found]
    extra = sorted(grave.difference(listed, needs.SLUGS))
    if missing:
        hint = f"take {_listing(missing)} off the list, or see why the rule is silent"
        return _Unmet(f"{_listing(missing)} was expected and is not found", hint)
    if extra:
        return _Unmet(f"{_listing(extra)} is found and was not expected", "mend it, or list it")
    return None


def _met(tree: Mapping[str, Any], path: str, condition: Any) -> _Unmet | None:
    actual = value_at(tree, path)
    if actual is _NOWHERE:
        known = [found for found, _ in walk(tree) if found]
        near = closest(path, known, 0.6)
        hint = f"did you mean `{near}`?" if near else "see `awsml plan -o json` for what there is"
        return _Unmet(f"the plan has no `{path}`", hint)
    if isinstance(condition, list):
        same = isinstance(actual, list) and sorted(map(_text, actual)) == sorted(
            map(_text, condition)
        )
        return None if same else _different(path, actual, _text(condition))
    text = _text(condition)
    if actual is None and text != "null":
        return _Unmet(f"`{path}` is not known, and {text} was expected", "give what would tell it")
    return None if holds(actual, text) else _different(path, actual, text)


def _different(path: str, actual: Any, wanted: str) -> _Unmet:
    shown = _text(actual)
    shown = shown if len(shown) <= _SHORTEST_LIST else f"{shown[:_SHORTEST_LIST]}..."
    return _Unmet(f"`{path}` is {shown}, and {wanted} was expected", "change the job, or the bound")


def value_at(tree: Any, path: str) -> Any:
    """What stands at a path; keys may hold dots, so the longest that fits is taken."""
    if not path:
        return tree.get("value") if _is_effective(tree) else tree
    if isinstance(tree, Mapping):
        return _below(tree, path)
    step = _STEP.match(path)
    if not isinstance(tree, list) or step is None:
        return _NOWHERE
    index = step[1] or step[0]
    if not index.isdigit() or int(index) >= len(tree):
        return _NOWHERE
    return value_at(tree[int(index)], path[step.end() :].removeprefix("."))


def _below(tree: Mapping[str, Any], path: str) -> Any:
    keys = [key for key in tree if path == key or path.startswith((f"{key}.", f"{key}["))]
    for key in sorted(keys, key=len, reverse=True):
        found = value_at(tree[key], path[len(key) :].removeprefix("."))
        if found is not _NOWHERE:
            return found
    return _NOWHERE


def _is_effective(tree: Any) -> bool:
    return isinstance(tree, Mapping) and {"value", "source"} <= tree.keys()


def holds(actual: Any, condition: str) -> bool:
    """Whether a value meets a condition as it is written."""
    comparison = _COMPARISON.fullmatch(condition.strip())
    if comparison:
        sign, bound = comparison[1], comparison[2].strip()
        if sign in _SAME:
            return _equal(actual, bound) is _SAME[sign]
        left, right = _number(actual), _number(bound)
        return left is not None and right is not None and _ORDER[sign](left, right)
    span = _RANGE.fullmatch(condition.strip())
    low, high = (_number(span[1]), _number(span[2])) if span else (None, None)
    value = _number(actual)
    if low is not None and high is not None and value is not None:
        return low <= value <= high
    return _equal(actual, condition)


def _equal(actual: Any, wanted: str) -> bool:
    left, right = _number(actual), _number(wanted)
    if left is not None and right is not None:
        return left == right
    return _text(actual) == wanted.strip()


def _number(value: Any) -> float | None:
    """A number, with a unit if it has one: seconds, bytes, bits a second or dollars."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    match = _NUMBER.fullmatch(str(value).strip())
    if match is None or (match[2] and match[2] not in _UNITS):
        return None
    return float(match[1].replace(",", "").replace("_", "")) * _UNITS.get(match[2], 1.0)


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return str(value)


def _listing(slugs: list[str]) -> str:
    return ", ".join(f"`{slug}`" for slug in slugs)
