"""The tables of AWS's own service models: one small file per operation, loaded when asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from awsml.finding import Confidence

DATA = Path(__file__).parent / "data"


class Shape(NamedTuple):
    """What the model says about one type. `open` enums are checked by rules instead."""

    type: str
    members: Mapping[str, str]
    required: tuple[str, ...] = ()
    item: str | None = None
    key: str | None = None
    value: str | None = None
    enum: tuple[str, ...] = ()
    any_case: bool = False
    open: bool = False
    pattern: str | None = None
    aws_pattern: str | None = None  # as the service writes it
    min: float | None = None
    max: float | None = None

    def fits(self, text: str) -> bool:
        """Whether a text has the form that is asked for, if one is."""
        if self.pattern is None:
            return True
        # Java's \w and \d are ASCII; the translated classes (\p{L}) are not.
        flags = re.ASCII if self.pattern == self.aws_pattern else re.NOFLAG
        return re.compile(self.pattern, flags).fullmatch(text) is not None


class Requirement(NamedTuple):
    """Members that the service wants at a path though its model does not say so."""

    at: str
    required: tuple[str, ...]
    unless: tuple[str, ...]


class Bound(NamedTuple):
    """What a service takes of a number though its model says nothing, or less."""

    least: float | None
    most: float | None
    confidence: Confidence


class Table(NamedTuple):
    """The parameters of one operation; `shapes` by the names that the service gives them.

    `bounds` are by path, in which `[]` is every item.
    """

    api: str
    input: str
    shapes: Mapping[str, Shape]
    requirements: tuple[Requirement, ...]
    bounds: Mapping[str, Bound]


class Source(NamedTuple):
    """Which botocore the tables were made from, and when."""

    botocore: str
    date: str


@cache
def source() -> Source:
    stored = json.loads((DATA / "SOURCE.json").read_text(encoding="utf-8"))
    return Source(stored["botocore"], stored["date"])


@cache
def known_apis() -> tuple[str, ...]:
    """Every API that has a table, as `service:Operation`."""
    files = sorted(DATA.glob("*/*.json"))
    return tuple(f"{file.parent.name}:{file.stem}" for file in files if file.stem[0].isupper())


@cache
def load_table(api: str) -> Table | None:
    """The table of `service:Operation`, or None when there is none."""
    if api not in known_apis():
        return None
    service, _, operation = api.partition(":")
    stored = json.loads((DATA / service / f"{operation}.json").read_text(encoding="utf-8"))
    shapes = {name: _shape(row) for name, row in stored["shapes"].items()}
    bounds = _bounds().get(api, {})
    return Table(api, stored["input"], shapes, _requirements().get(api, ()), bounds)


@cache
def _requirements() -> dict[str, tuple[Requirement, ...]]:
    stored = json.loads((DATA / "required.json").read_text(encoding="utf-8"))
    stored.pop("about")
    return {
        api: tuple(Requirement(r["at"], tuple(r["required"]), tuple(r["unless"])) for r in rows)
        for api, rows in stored.items()
    }


@cache
def _bounds() -> dict[str, dict[str, Bound]]:
    stored = json.loads((DATA / "bounds.json").read_text(encoding="utf-8"))
    stored.pop("about")
    return {
        api: {
            row["at"]: Bound(row.get("least"), row.get("most"), Confidence(row["confidence"]))
            for row in rows
        }
        for api, rows in stored.items()
    }


def _shape(row: dict[str, Any]) -> Shape:
    pattern = row.get("pattern")
    return Shape(
        type=row["type"],
        members=row.get("members", {}),
        required=tuple(row.get("required", ())),
        item=row.get("item"),
        key=row.get("key"),
        value=row.get("value"),
        enum=tuple(row.get("enum", ())),
        any_case=row.get("any_case", False),
        open=row.get("open", False),
        pattern=pattern,
        aws_pattern=row.get("aws_pattern", pattern),
        min=row.get("min"),
        max=row.get("max"),
    )
