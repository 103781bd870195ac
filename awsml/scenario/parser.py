"""YAML text to node trees, from the parser's events in a loop: no nesting reaches the C stack.

Scalars keep their text. Depth, nodes and what aliases expand to are bounded, so that no file
takes more than a moment, whatever it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from awsml.errors import UsageError
from awsml.finding import Confidence, Finding, Level, Place, Related
from awsml.scenario.nodes import Entry, ListNode, MapNode, Node, ScalarNode
from awsml.scenario.source import SourceText
from awsml.scenario.syntax import control_character, syntax_error

DEEPEST = 100
MOST_NODES = 100_000
MOST_ALIASED = 100_000
TYPED_STARTS = frozenset("[{\"'")  # how a list, a mapping or a quoted text opens

# Records are made here by the thousand, so without the call that NamedTuple puts between: a tenth
# of reading a template.
_new = tuple.__new__
_EVENTS: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {_TAG + name for name in ("int", "float", "bool", "null", "timestamp")}
_KNOWN_TAGS = _PLAIN_TAGS | {_TAG + name for name in ("str", "map", "seq")} | {"!"}


class Parsed(NamedTuple):
    """The documents of a file, as trees, and what is wrong with them that leaves them readable."""

    roots: tuple[Node, ...]
    findings: tuple[Finding, ...]


def parse(source: SourceText, short_forms: Mapping[str, str] | None = None) -> Parsed:
    """Every document of the text; UsageError where no tree can be built.

    `short_forms` are tags that stand for a key: `!Ref x` reads as `{Ref: x}`.
    """
    builder = _Builder(source, short_forms or {})
    try:
        events = _EVENTS(source.text)
        try:
            take, next_event = builder.take, events.get_event
            while events.check_event():
                event = next_event()
                take[type(event)](event)
        finally:
            events.dispose()
    except (yaml.reader.ReaderError, UnicodeEncodeError) as error:  # the latter of half characters
        raise control_character(source) from error
    except yaml.MarkedYAMLError as error:
        raise syntax_error(source, error) from error
    return Parsed(tuple(builder.roots), tuple(builder.findings))


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    event: Any
    is_map: bool
    entries: dict[str, Entry] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    merges: list[MapNode] = field(default_factory=list)
    key: ScalarNode | None = None
    size: int = 1
    height: int = 1


class _Anchored(NamedTuple):
    node: Node
    size: int
    height: int


class _Builder:
    """Takes events one by one and grows the trees."""

    def __init__(self, source: SourceText, short_forms: Mapping[str, str]) -> None:
        self.roots: list[Node] = []
        self.findings: list[Finding] = []
        self._file = source.file
        self._short_forms = short_forms
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._open_anchors: set[str] = set()
        self._nodes = 0
        self._aliased = 0
        self.take: dict[type[Any], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.DocumentStartEvent: self._document,
            yaml.DocumentEndEvent: _nothing,
            yaml.StreamStartEvent: _nothing,
            yaml.StreamEndEvent: _nothing,
        }

    def _document(self, event: Any) -> None:
        self._anchors = {}

    def _scalar(self, event: Any) -> None:
        self._count(event)
        tag = event.tag
        if tag is None and event.anchor is None:  # as nearly all are; there are many
            scalar = _new(ScalarNode, (event.value, self._place(event), event.implicit[0]))
            self._add(scalar, 1, 0)
            return
        self._check_tag(event)
        plain = event.implicit[0] or tag in _PLAIN_TAGS or tag in self._short_forms
        self._finish(event, ScalarNode(event.value, self._place(event), plain), 1, 0)

    def _start(self, event: Any) -> None:
        if len(self._stack) >= DEEPEST:
            raise self._too_deep(event)
        self._check_tag(event)
        if event.anchor:
            self._open_anchors.add(event.anchor)
        self._count(event)
        self._stack.append(_Open(event, isinstance(event, yaml.MappingStartEvent)))

    def _end(self, event: Any) -> None:
        frame = self._stack.pop()
        place = self._place(frame.event, event)
        flow = bool(frame.event.flow_style)
        node: Node
        if frame.is_map:
            for merged in frame.merges:
                for name, entry in merged.entries.items():
                    frame.entries.setdefault(name, entry)
            node = MapNode(frame.entries, place, flow)
        else:
            node = ListNode(tuple(frame.items), place, flow)
        self._open_anchors.discard(frame.event.anchor)
        self._finish(frame.event, node, frame.size, frame.height)

    def _finish(self, event: Any, node: Node, size: int, height: int) -> None:
        """A value is whole: what its tag is short for is written out."""
        key = self._short_forms.get(event.tag)
        if key is not None:
            entry = Entry(ScalarNode(key, node.place), node)
            node, size, height = MapNode({key: entry}, node.place, flow=True), size + 1, height + 1
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(node, size, height)
        self._add(node, size, height)

    def _alias(self, event: Any) -> None:
        anchored = self._anchors.get(event.anchor)
        if event.anchor in self._open_anchors:
            raise self._broken(
                event,
                f"`*{event.anchor}` stands inside what it names",
                "write the values out instead of the alias",
                "endless-alias",
            )
        if anchored is None:
            raise self._broken(
                event,
                f"nothing is anchored as `&{event.anchor}` before this",
                f"write `&{event.anchor}` before the value that is meant, or quote the text",
                "unknown-alias",
            )
        self._aliased += anchored.size
        if self._aliased > MOST_ALIASED:
            raise self._broken(
                event,
                f"aliases expand to more than {MOST_ALIASED:,} values",
                "write the values out instead of aliases of aliases",
                "too-many-aliases",
            )
        if len(self._stack) + anchored.height > DEEPEST:
            raise self._too_deep(event)
        self._add(anchored.node, anchored.size, anchored.height)

    def _add(self, node: Node, size: int, height: int) -> None:
        if not self._stack:
            self.roots.append(node)
            return
        frame = self._stack[-1]
        frame.size += size
        if height >= frame.height:
            frame.height = height + 1
        if not frame.is_map:
            frame.items.append(node)
        elif frame.key is not None:
            self._entry(frame, frame.key, node)
            frame.key = None
        elif isinstance(node, ScalarNode):
            frame.key = node
        else:
            raise _bad_key(node)

    def _entry(self, frame: _Open, key: ScalarNode, value: Node) -> None:
        text = key.text
        if text == "<<" and key.plain:
            self._merge(frame, value)
            return
        if text in frame.entries:
            self.findings.append(_duplicate(key, frame.entries[text].key))
        frame.entries[text] = _new(Entry, (key, value))

    def _merge(self, frame: _Open, value: Node) -> None:
        for node in value.items if isinstance(value, ListNode) else (value,):
            if isinstance(node, MapNode):
                frame.merges.append(node)
            else:
                message = "`<<` merges mappings, and this is none"
                hint = "write `<<: *name`, where `&name` stands before a mapping"
                self.findings.append(_finding("bad-merge", message, node.place, hint))

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise self._broken(
                event,
                f"the file holds more than {MOST_NODES:,} values",
                "split it into several files",
                "too-many-values",
            )

    def _place(self, event: Any, last: Any = None) -> Place:
        start = event.start_mark
        end = event.end_mark if last is None else last.end_mark
        return _new(
            Place,
            (self._file, start.line + 1, start.column + 1, end.line + 1, end.column + 1),
        )

    def _check_tag(self, event: Any) -> None:
        if event.tag is None or event.tag in _KNOWN_TAGS or event.tag in self._short_forms:
            return
        self.findings.append(
            _finding(
                "unknown-tag",
                f"the tag `{event.tag}` means nothing here",
                self._place(event),
                f"remove `{event.tag}`, or quote the value",
            )
        )

    def _too_deep(self, event: Any) -> UsageError:
        return self._broken(
            event,
            f"nested deeper than {DEEPEST} levels",
            "close the brackets, or split the file with `extends`",
            "too-deep",
        )

    def _broken(self, event: Any, message: str, hint: str, slug: str) -> UsageError:
        return UsageError(message, hint=hint, where=self._place(event), slug=slug)


def _nothing(event: Any) -> None:
    """What builds no part of a tree."""


def _bad_key(node: Node) -> UsageError:
    return UsageError(
        "a key must be a single text, and this is a list or a mapping",
        hint="put the key in quotes",
        where=node.place,
        slug="bad-key",
    )


def _duplicate(key: ScalarNode, first: ScalarNode) -> Finding:
    return Finding(
        slug="duplicate-key",
        level=Level.ERROR,
        message=f"`{key.text}` is set twice in one mapping",
        hint=f"remove one of them: line {first.place.line} or line {key.place.line}",
        confidence=Confidence.VERIFIED,
        place=key.place,
        related=(Related("first set here", first.place),),
    )


def _finding(slug: str, message: str, place: Place, hint: str) -> Finding:
    return Finding(slug, Level.ERROR, message, hint, Confidence.VERIFIED, place)
