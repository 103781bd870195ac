"""`extends: base.yaml`: a document starts from another file's, and changes what it names."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from awsml.errors import UsageError
from awsml.finding import Finding, Place
from awsml.scenario.nodes import Entry, MapNode, Node, ScalarNode, merge
from awsml.scenario.parser import parse
from awsml.scenario.source import SourceText, read_source
from awsml.scenario.suppression import Ignore, read_ignores
from awsml.scenario.variables import Variables

LONGEST_CHAIN = 20


class SourceFile(NamedTuple):
    """A file, read and parsed: its documents and the comments that silence findings."""

    text: SourceText
    roots: tuple[MapNode, ...]
    findings: tuple[Finding, ...]
    ignores: tuple[Ignore, ...]


def parse_file(text: SourceText) -> SourceFile:
    """The documents of a text; UsageError where there is none, or one that is no mapping."""
    parsed = parse(text)
    ignores, complaints = read_ignores(text, parsed.roots)
    roots = [r for r in parsed.roots if not (isinstance(r, ScalarNode) and r.is_null)]
    maps = [root for root in roots if isinstance(root, MapNode)]
    if not maps and not roots:
        raise UsageError(
            f"{text.file} is empty",
            hint="start with `kind: training`, or run `awsml init training`",
            where=Place(text.file),
            slug="empty-file",
        )
    for root in roots:
        if not isinstance(root, MapNode):
            raise UsageError(
                "a scenario is a mapping of fields, and this is "
                + ("a single value" if isinstance(root, ScalarNode) else "a list"),
                hint="start with `kind: training`, fields below it without `-`",
                where=root.place,
                slug="not-a-mapping",
            )
    return SourceFile(text, tuple(maps), (*parsed.findings, *complaints), ignores)


@dataclass
class Bases:
    """The files that the documents of one file extend, each read once."""

    environ: Mapping[str, str]
    files: dict[str, SourceFile] = field(default_factory=dict)

    @property
    def texts(self) -> dict[str, SourceText]:
        return {name: file.text for name, file in self.files.items()}

    def extended(self, root: MapNode, file: SourceText) -> MapNode:
        """The document with everything it extends merged in below it."""
        chain = [root.without("extends")]
        seen = [os.path.realpath(file.file)]
        texts = {file.file: file}
        while (name := self._base_name(root, texts)) is not None:
            path = os.path.normpath(os.path.join(os.path.dirname(file.file), name.text))
            _check_chain(path, seen, name.place)
            base = self._read(path, name.place)
            file, texts = base.text, {path: base.text}
            root = _pick(base, chain[0].text("kind"), name.place)
            chain.append(root.without("extends"))
            seen.append(os.path.realpath(path))
        merged = chain.pop()
        while chain:
            layer = merge(merged, chain.pop())
            assert isinstance(layer, MapNode)
            merged = layer
        return merged

    def included(
        self, root: MapNode, kinds: Mapping[str, str], texts: Mapping[str, SourceText]
    ) -> MapNode:
        """Fields that name a file of another kind become that file's document, places and all.

        `kinds` maps such fields of this document to the kind that they hold; a step `*` means
        every entry. `texts` are those that a field may stand in, by their names.
        """
        for path, kind in kinds.items():
            root = self._included(root, path.split("."), kind, texts)
        return root

    def _included(
        self, node: MapNode, steps: Sequence[str], kind: str, texts: Mapping[str, SourceText]
    ) -> MapNode:
        step, *rest = steps
        for name in list(node.entries) if step == "*" else [step]:
            entry = node.entries.get(name)
            if entry is None:
                continue
            inner: Node = entry.value
            if rest and isinstance(inner, MapNode):
                inner = self._included(inner, rest, kind, texts)
            elif not rest and isinstance(inner, ScalarNode) and not inner.is_null:
                inner = self._document(entry, inner, kind, {**self.texts, **texts})
            node = node._replace(entries={**node.entries, name: Entry(entry.key, inner)})
        return node

    def _document(
        self, entry: Entry, named: ScalarNode, kind: str, texts: Mapping[str, SourceText]
    ) -> MapNode:
        """What the named file holds, as a document that only extends it."""
        asked = Entry(ScalarNode("kind", entry.key.place), ScalarNode(kind, named.place))
        base = Entry(ScalarNode("extends", entry.key.place), named)
        stub = MapNode({"kind": asked, "extends": base}, named.place)
        return self.extended(stub, texts[named.place.file])

    def _base_name(self, root: MapNode, texts: Mapping[str, SourceText]) -> ScalarNode | None:
        entry = root.entries.get("extends")
        if entry is None:
            return None
        variables = Variables(self.environ, texts)
        name = variables.fill(entry.value)
        if variables.findings or not isinstance(name, ScalarNode) or not name.text or name.is_null:
            first = variables.findings[0] if variables.findings else None
            raise UsageError(
                first.message if first else "`extends` must name one file",
                hint=first.hint if first else "write `extends: base.yaml`",
                where=first.place if first else entry.value.place,
                slug="bad-extends",
            )
        return name

    def _read(self, path: str, where: Place) -> SourceFile:
        if path not in self.files:
            self.files[path] = parse_file(read_source(path, where=where))
        return self.files[path]


def _check_chain(path: str, seen: list[str], place: Place) -> None:
    if os.path.realpath(path) in seen:
        raise UsageError(
            f"{path} extends itself" + (" through other files" if len(seen) > 1 else ""),
            hint="remove one `extends` of the circle",
            where=place,
            slug="extends-cycle",
        )
    if len(seen) > LONGEST_CHAIN:
        raise UsageError(
            f"more than {LONGEST_CHAIN} files extend each other",
            hint="merge some of them",
            where=place,
            slug="extends-cycle",
        )


def _pick(base: SourceFile, kind: str | None, place: Place) -> MapNode:
    """The base's only document, or its only one of the same kind."""
    fitting = base.roots
    if len(fitting) > 1:
        fitting = tuple(root for root in base.roots if kind and root.text("kind") == kind)
    if len(fitting) != 1:
        raise UsageError(
            f"{base.text.file} holds {len(base.roots)} documents, and not just one to extend",
            hint="extend a file with one document, or one document of this kind",
            where=place,
            slug="bad-extends",
        )
    return fitting[0]
