"""Change one value in a scenario's text and leave everything else, comments too, as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from awsml.errors import UsageError
from awsml.finding import Place
from awsml.scenario.nodes import Entry, ListNode, MapNode, Node, ScalarNode, plain
from awsml.scenario.parser import TYPED_STARTS, parse
from awsml.scenario.paths import Step, format_path, parse_path
from awsml.scenario.source import SourceText

_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_ALIAS = re.compile(r"[ \t]*:[ \t]+(\*[^\s,\[\]{}]+)")


def set_value(
    text: str, field: str, value: str, *, index: int = 0, file: str = "scenario.yaml"
) -> str:
    """The text with `field` of one of its documents set to `value`, as it would be typed.

    A list or mapping is given in brackets; a text is quoted where it has to be. UsageError
    where the text cannot be changed without touching anything else.
    """
    source = SourceText(file, text)
    roots = parse(source).roots
    steps = parse_path(field)
    wanted = _wanted(value)
    spot = _Spot(source, steps)
    changed = spot.change(roots[index], value)
    _check(roots, index, steps, wanted, changed, spot)
    return changed


@dataclass(frozen=True)
class _Spot:
    """The place in a text that a path leads to."""

    source: SourceText
    steps: Sequence[Step]

    def change(self, root: Node, value: str) -> str:
        """Replace what the path leads to, or insert what is missing below what it reaches."""
        node: Node = root
        flow = False
        for depth, step in enumerate(self.steps):
            flow = flow or (isinstance(node, MapNode | ListNode) and node.flow)
            if isinstance(node, ScalarNode) and node.is_null and depth:
                return self._replace(node, _nested(self.steps[depth:], value, flow=True))
            if isinstance(node, MapNode) and isinstance(step, str):
                entry = node.entries.get(step)
                if entry is None or not _within(entry.key.place, node.place):
                    return self._insert(node, self.steps[depth:], value, flow)
                if _starts(entry.value.place) < _starts(entry.key.place):  # an alias
                    return self._replace_alias(entry, self.steps[depth + 1 :], value, flow)
                if depth == len(self.steps) - 1:
                    return self._replace_entry(entry, _typed(value, flow=flow))
                node = entry.value
            elif isinstance(node, ListNode) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                raise self.refused(
                    f"`{format_path(self.steps[:depth]) or 'the document'}` has no such entry"
                )
        return self._replace(node, _typed(value, flow=flow))

    def refused(self, reason: str) -> UsageError:
        return UsageError(
            f"cannot set `{format_path(self.steps)}` in {self.source.file}: {reason}",
            hint="change it by hand",
            where=Place(self.source.file),
            slug="cannot-edit",
        )

    def _replace_entry(self, entry: Entry, value: str) -> str:
        """A block collection starts on its own line; its replacement stands behind the key."""
        node = entry.value
        if isinstance(node, ScalarNode) or node.flow:
            return self._replace(node, value)
        key_end = self.source.span(entry.key.place)[1]
        colon = self.source.text.index(":", key_end) + 1
        return self._spliced(colon, self._end(node), f" {value}")

    def _replace(self, node: Node, value: str) -> str:
        start, end = self.source.span(node.place)
        if start == end:
            return self._spliced(start, end, f" {value}")
        return self._spliced(start, self._end(node), value)

    def _replace_alias(self, entry: Entry, rest: Sequence[Step], value: str, flow: bool) -> str:
        end = self.source.span(entry.key.place)[1]
        match = _ALIAS.match(self.source.text, end)
        if match is None or rest:
            raise self.refused("its value stands elsewhere, behind an alias")
        return self._spliced(match.start(1), match.end(1), _typed(value, flow=flow))

    def _insert(self, node: MapNode, steps: Sequence[Step], value: str, flow: bool) -> str:
        if node.flow or flow:
            return self._insert_flow(node, _pair(steps, value))
        text = self.source.text
        own = [e for e in node.entries.values() if _within(e.key.place, node.place)]
        column = own[0].key.place.column if own else node.place.column
        end = self._end(node)
        line_end = end if text[end - 1 : end] == "\n" else self._line_end(end)
        before = "" if line_end and text[line_end - 1] == "\n" else "\n"
        after = "" if before else "\n"
        return self._spliced(
            line_end, line_end, f"{before}{' ' * (column - 1)}{_pair(steps, value)}{after}"
        )

    def _insert_flow(self, node: MapNode, pair: str) -> str:
        start, end = self.source.span(node.place)
        inside = self.source.text[start + 1 : end - 1].rstrip()
        at = start + 1 + len(inside)
        comma = ", " if inside and not inside.endswith(",") else " " if inside else ""
        return self._spliced(at, at, comma + pair)

    def _end(self, node: Node) -> int:
        """Where a node's own text ends, without the comments and blank lines that follow."""
        if isinstance(node, ScalarNode) or node.flow:
            end = self.source.span(node.place)[1]
            return self._before_break(end) if isinstance(node, ScalarNode) else end
        nodes = node.items if isinstance(node, ListNode) else _parts(node)
        inside = [each for each in nodes if _within(each.place, node.place)]
        return max((self._end(each) for each in inside), default=self.source.span(node.place)[0])

    def _before_break(self, end: int) -> int:
        """A block text ends where the next line starts: keep the break outside."""
        text = self.source.text
        while end and text[end - 1] in "\r\n":
            end -= 1
        return end

    def _line_end(self, offset: int) -> int:
        end = self.source.text.find("\n", offset)
        return len(self.source.text) if end < 0 else end

    def _spliced(self, start: int, end: int, new: str) -> str:
        return self.source.text[:start] + new + self.source.text[end:]


def _parts(node: MapNode) -> list[Node]:
    parts: list[Node] = []
    for entry in node.entries.values():
        parts += [entry.key, entry.value]
    return parts


def _starts(place: Place) -> tuple[int, int]:
    return place.line, place.column


def _within(inner: Place, outer: Place) -> bool:
    return _starts(outer) <= _starts(inner) and (inner.end_line, inner.end_column) <= (
        outer.end_line,
        outer.end_column,
    )


def _pair(steps: Sequence[Step], value: str) -> str:
    key, *rest = steps
    return f"{_quoted(str(key), flow=True)}: {_nested(rest, value, flow=bool(rest))}"


def _nested(steps: Sequence[Step], value: str, *, flow: bool) -> str:
    if not steps:
        return _typed(value, flow=flow)
    return "{" + _pair(steps, value) + "}"


def _typed(value: str, *, flow: bool) -> str:
    """A list, mapping or quoted text as it is; any other text quoted where YAML needs it."""
    return value if value[:1] in TYPED_STARTS else _quoted(value, flow=flow)


def _quoted(text: str, *, flow: bool) -> str:
    sample = f"[{text}]" if flow else f"- {text}"
    try:
        read = plain(parse(SourceText("", sample)).roots[0])
    except UsageError:
        read = None
    if read == [text]:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _wanted(value: str) -> Any:
    """What a value reads as: itself, unless it is typed as a list, mapping or quoted text."""
    if value[:1] not in TYPED_STARTS:
        return value
    return plain(parse(SourceText("", f"[{value}]")).roots[0])[0]


def _check(
    roots: Sequence[Node],
    index: int,
    steps: Sequence[Step],
    wanted: Any,
    changed: str,
    spot: _Spot,
) -> None:
    """The new text must say what the old one did, but for the one value."""
    expected = [plain(root) for root in roots]
    expected[index] = _set(expected[index], steps, wanted)
    try:
        found = [plain(root) for root in parse(SourceText(spot.source.file, changed)).roots]
    except UsageError as error:
        raise spot.refused(error.message) from error
    if found != expected:
        raise spot.refused("other values would change with it")


def _set(tree: Any, steps: Sequence[Step], wanted: Any) -> Any:
    if not steps:
        return wanted
    step, *rest = steps
    if isinstance(step, int):
        items = list(tree)
        items[step] = _set(items[step], rest, wanted)
        return items
    inner = tree or {}
    return {**inner, str(step): _set(inner.get(step), rest, wanted)}
