"""A loaded document: its tree, where each value stands, and who set it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, NamedTuple

from awsml.finding import Finding, Place
from awsml.plan import Origin, Source
from awsml.scenario.nodes import MapNode, plain, value_place
from awsml.scenario.paths import Found, find
from awsml.scenario.source import SourceText
from awsml.scenario.suppression import Ignore


@dataclass(frozen=True)
class Document:
    """One document of a file, with what it extends, defaults and flags merged in."""

    file: str
    index: int
    root: MapNode
    texts: Mapping[str, SourceText]
    ignores: tuple[Ignore, ...] = ()
    shared: frozenset[str] = frozenset()  # fields that only the project's common defaults set
    unresolved: frozenset[Place] = frozenset()  # values with a variable that is missing

    @property
    def kind(self) -> str | None:
        return self.root.text("kind")

    @property
    def name(self) -> str:
        """The `name` field, else the file's name; later documents add their number."""
        stem = PurePath(self.file).stem or "scenario"
        return self.root.text("name") or (f"{stem}-{self.index + 1}" if self.index else stem)

    def plain(self) -> dict[str, Any]:
        """The document as dicts and lists whose scalars are the text that was written."""
        return {name: plain(entry.value) for name, entry in self.root.entries.items()}

    def find(self, field: str) -> Found:
        return find(self.root, field)

    def place(self, field: str) -> Place:
        """Where a value stands; of an absent one, where the nearest thing around it does."""
        found = self.find(field)
        if found.key is None and found.node is self.root:
            return self.top
        return value_place(found.node, found.key)

    def key_place(self, field: str) -> Place:
        found = self.find(field)
        return found.key.place if found.key is not None else self.place(field)

    @property
    def top(self) -> Place:
        """Where a complaint about the whole document belongs: its `kind`, else its first key."""
        entry = self.root.entries.get("kind") or next(iter(self.root.entries.values()), None)
        return entry.key.place if entry is not None else self.root.place

    def has(self, field: str) -> bool:
        return self.find(field).whole

    def origin(self, field: str) -> Origin:
        """Who set a field, and where; a field that nobody set is built in."""
        found = self.find(field)
        place = self.place(field)
        if not found.whole:
            return Origin(Source.BUILT_IN, field, place)
        return Origin(self.source_of(place), field, place)

    def source_of(self, place: Place) -> Source:
        text = self.texts.get(place.file)
        return text.source if text is not None else Source.SCENARIO

    def source_line(self, place: Place) -> str | None:
        """The line of text that a place is in."""
        text = self.texts.get(place.file)
        return text.line(place.line) if text is not None else None

    def folder(self, field: str) -> str:
        """What a relative path in this field is relative to: the folder of the file it is in."""
        place = self.place(field)
        if self.source_of(place) is Source.FLAG:
            return ""
        return os.path.dirname(place.file)


class Loaded(NamedTuple):
    """What a file came to: its documents, and complaints that leave them readable."""

    documents: list[Document]
    findings: list[Finding]
