"""The tree of a document: scalars as they were written, lists, mappings, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from awsml.finding import Place

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class ScalarNode(NamedTuple):
    """One value; `text` is what was written, and `plain` that it stood without quotes."""

    text: str
    place: Place
    plain: bool = True

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in _NULLS


class ListNode(NamedTuple):
    items: tuple[Node, ...]
    place: Place
    flow: bool = False


class Entry(NamedTuple):
    """A key of a mapping and what it holds."""

    key: ScalarNode
    value: Node


class MapNode(NamedTuple):
    entries: Mapping[str, Entry]
    place: Place
    flow: bool = False

    def text(self, name: str) -> str | None:
        """The text of a scalar entry; None when it is absent, null, or no scalar."""
        entry = self.entries.get(name)
        if entry is None or not isinstance(entry.value, ScalarNode) or entry.value.is_null:
            return None
        return entry.value.text

    def without(self, name: str) -> MapNode:
        return self._replace(entries={k: e for k, e in self.entries.items() if k != name})


Node = ScalarNode | ListNode | MapNode


def plain(node: Node) -> Any:
    """Nested dicts and lists whose scalars are source text, or None for a plain null."""
    if isinstance(node, ScalarNode):
        return None if node.is_null else node.text
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {name: plain(entry.value) for name, entry in node.entries.items()}


def merge(weak: Node, strong: Node) -> Node:
    """Mappings are merged key by key; anything else of the stronger side replaces the weaker."""
    if not (isinstance(weak, MapNode) and isinstance(strong, MapNode)):
        return strong
    entries = dict(strong.entries)
    for name, entry in weak.entries.items():
        mine = entries.get(name)
        if mine is None:
            entries[name] = entry
        elif isinstance(mine.value, MapNode):
            entries[name] = Entry(mine.key, merge(entry.value, mine.value))
    return strong._replace(entries=entries)


def children(node: Node) -> Iterator[tuple[str | int, Node]]:
    if isinstance(node, ListNode):
        yield from enumerate(node.items)
    elif isinstance(node, MapNode):
        for name, entry in node.entries.items():
            yield name, entry.value


def value_place(node: Node, key: ScalarNode | None) -> Place:
    """Where it is written; a block, and a value that is left out, stand at their key."""
    place = node.place
    if isinstance(node, ScalarNode):
        shown = (place.line, place.column) != (place.end_line, place.end_column)
    else:
        shown = node.flow
    return place if shown or key is None else key.place
