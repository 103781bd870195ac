"""Reads JSON and keeps where every value stands.

The tree comes from the standard library's parser, which is fast and strict; places are worked out
only when somebody asks, because most requests of a large file have nothing to complain about.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from awsml.errors import UsageError
from awsml.finding import Place
from awsml.plan import Origin, Source, join_path

LARGEST = 32 * 1024 * 1024  # characters; AWS takes requests of some hundred kilobytes at most
DEEPEST = 100
LONGEST_PATHS = 256 * 1024 * 1024  # characters of all paths: long keys stand above many values


@dataclass(frozen=True, slots=True)
class Json:
    """A tree, and whether an object of it has a key twice (the last value is kept)."""

    tree: Any
    has_duplicates: bool


def parse_json(text: str, file: str, line: int = 1) -> Json:
    """The tree of a JSON text; UsageError with the place where it is none."""
    if len(text) > LARGEST:
        raise _unreadable("is larger than any request", file, line, 1)
    repeated: list[str] = []
    try:
        tree = json.loads(
            text.removeprefix("\ufeff"),
            parse_constant=_no_constant,
            object_pairs_hook=lambda pairs: _object(pairs, repeated),
        )
    except json.JSONDecodeError as error:
        at = Place(file, line + error.lineno - 1, error.colno, line + error.lineno - 1, error.colno)
        raise UsageError(
            f"this is not JSON: {error.msg[0].lower()}{error.msg[1:]}",
            hint="check for a missing comma or quote just before this place",
            where=at,
            slug="unreadable-json",
        ) from error
    except RecursionError as error:
        raise _unreadable("is nested too deeply", file, line, 1) from error
    except ValueError as error:
        raise _unreadable(
            f"holds a number that JSON does not have: {error}", file, line, 1
        ) from error
    if (trouble := _outgrown(tree)) is not None:
        raise _unreadable(trouble, file, line, 1)
    return Json(tree, bool(repeated))


def _object(pairs: list[tuple[str, Any]], repeated: list[str]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        repeated.extend(key for key, _ in pairs)
    return found


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A key that an object has twice, and where."""

    path: str
    first: Place
    second: Place


class PlaceMap:
    """The spans of all values by path, which become places on demand, and the repeated keys."""

    def __init__(self, lines: _Lines) -> None:
        self.spans: dict[str, tuple[int, int]] = {}
        self.duplicates: list[Duplicate] = []
        self._lines = lines

    def place(self, path: str) -> Place:
        return self._lines.place(*self.spans[path])


_TOKEN = re.compile(r'[ \t\r\n]*("[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+)', re.DOTALL)


@dataclass(slots=True)
class _Frame:
    """One open object or list of the scan."""

    path: str
    start: int
    is_list: bool
    step: str | int | None = None
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)


def json_places(text: str, file: str, line: int = 1) -> PlaceMap:
    """The places of a text that parse_json() has accepted; no recursion, whatever the nesting."""
    lines = _Lines(text, file, line)
    found = PlaceMap(lines)
    spans = found.spans
    stack: list[_Frame] = []
    for token, start, end in _tokens(text):
        top = stack[-1] if stack else None
        if token in ("{", "["):
            stack.append(_Frame(_here(top), start, token == "[", 0 if token == "[" else None))
        elif token in ("}", "]"):
            closed = stack.pop()
            spans[closed.path] = closed.start, end
            _value_done(stack[-1] if stack else None)
        elif token == ":":
            continue
        elif token == ",":
            if top is not None and top.is_list and isinstance(top.step, int):
                top.step += 1
        elif top is not None and not top.is_list and top.step is None:
            key = json.loads(token) if "\\" in token else token[1:-1]
            if key in top.keys:
                first, second = lines.place(*top.keys[key]), lines.place(start, end)
                found.duplicates.append(Duplicate(join_path(top.path, key), first, second))
            top.keys[key] = start, end
            top.step = key
        else:
            spans[_here(top)] = start, end
            _value_done(top)
    return found


class JsonOrigins(Mapping[str, Origin]):
    """The origins of a request's parameters, scanned for at the first question."""

    def __init__(self, text: str, file: str, line: int = 1, below: str = "") -> None:
        self._text, self._file, self._line, self._below = text, file, line, below

    @cached_property
    def _places(self) -> PlaceMap:
        return json_places(self._text, self._file, self._line)

    def __getitem__(self, path: str) -> Origin:
        return Origin(Source.RAW, None, self._places.place(self._inside(path)))

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._inside(path) in self._places.spans

    def __iter__(self) -> Iterator[str]:
        inside = (path_below(path, self._below) for path in self._places.spans)
        return (path for path in inside if path is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _inside(self, path: str) -> str:
        """The path as the whole text knows it."""
        separator = "." if path and self._below else ""
        return f"{self._below}{separator}{path}"


class _Lines:
    """Offsets as lines and columns."""

    def __init__(self, text: str, file: str, first: int) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._file, self._first = file, first

    def place(self, start: int, end: int) -> Place:
        return Place(self._file, *self._point(start), *self._point(end))

    def _point(self, offset: int) -> tuple[int, int]:
        row = bisect_right(self._starts, offset) - 1
        return self._first + row, offset - self._starts[row] + 1


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    offset = 1 if text.startswith("\ufeff") else 0
    while match := _TOKEN.match(text, offset):
        offset = match.end()
        yield match.group(1), match.start(1), offset


def _here(frame: _Frame | None) -> str:
    """The path of the value that comes next."""
    return "" if frame is None or frame.step is None else join_path(frame.path, frame.step)


def _value_done(frame: _Frame | None) -> None:
    if frame is not None and not frame.is_list:
        frame.step = None


def path_below(path: str, prefix: str) -> str | None:
    """The path seen from a prefix; None when it lies elsewhere."""
    if not prefix or path == prefix:
        return path if not prefix else ""
    return path[len(prefix) + 1 :] if path.startswith(f"{prefix}.") else None


def _outgrown(tree: Any) -> str | None:
    """What is wrong with a tree whose paths nobody could hold in memory, level by level."""
    level = [(0, tree)]
    characters = 0
    for _ in range(DEEPEST):
        level = [inner for length, value in level for inner in _inside(value, length)]
        if not level:
            return None
        characters += sum(length for length, _ in level)
        if characters > LONGEST_PATHS:
            return "has keys too long for what stands below them"
    return "is nested too deeply"


def _inside(value: Any, length: int) -> list[tuple[int, Any]]:
    """The values in a value, each with the length of its path."""
    if isinstance(value, dict):
        return [(length + len(key), inner) for key, inner in value.items()]
    return [(length, inner) for inner in value] if isinstance(value, list) else []


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _unreadable(what: str, file: str, line: int, column: int) -> UsageError:
    place = Place(file, line, column, line, column)
    return UsageError(
        f"this JSON {what}",
        hint="write the request as `aws ... --generate-cli-skeleton` shows it",
        where=place,
        slug="unreadable-json",
    )
