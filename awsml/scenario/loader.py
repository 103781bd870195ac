"""A scenario file to documents: parse, extend, defaults, flags, variables, in that order.

Precedence, strongest first: flag, scenario, what it extends, the project's defaults.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from awsml.finding import Finding
from awsml.scenario.defaults import Defaults
from awsml.scenario.document import Document, Loaded
from awsml.scenario.inheritance import Bases, SourceFile, parse_file
from awsml.scenario.nodes import MapNode, merge
from awsml.scenario.overrides import Flags, Override
from awsml.scenario.source import SourceText, decode_source, read_source
from awsml.scenario.variables import Variables


def load(
    path: str | Path,
    *,
    environ: Mapping[str, str],
    text: str | bytes | None = None,
    overrides: Sequence[Override] = (),
    defaults: Defaults | None = None,
    kinds: Collection[str] = (),
    includes: Mapping[str, Mapping[str, str]] | None = None,
) -> Loaded:
    """The documents of a file, or of `text` under the name `path`.

    `kinds` are the names that head a section of the defaults file; `includes` says for a kind
    which of its fields may name a file of which other kind. UsageError where no tree
    can be built; everything else that is wrong is a finding.
    """
    name = str(path)
    source = read_source(name) if text is None else decode_source(text, name)
    file = parse_file(source)
    layers = _Layers(file, Bases(environ), defaults, Flags(overrides), kinds, includes or {})
    documents = [layers.document(index, root) for index, root in enumerate(file.roots)]
    return Loaded(documents, list(dict.fromkeys(layers.complaints())))


class _Layers:
    """What is laid over each other to make the documents of one file."""

    def __init__(
        self,
        file: SourceFile,
        bases: Bases,
        defaults: Defaults | None,
        flags: Flags,
        kinds: Collection[str],
        includes: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._file = file
        self._bases = bases
        self._defaults = defaults
        self._flags = flags
        self._kinds = kinds
        self._includes = includes
        self._missing: list[Finding] = []

    def document(self, index: int, root: MapNode) -> Document:
        root = self._bases.extended(root, self._file.text)
        shared: frozenset[str] = frozenset()
        if self._defaults is not None:
            weak, common = self._defaults.layer(root.text("kind"), self._kinds)
            shared = common - frozenset(root.entries) - self._flags.top_fields
            layered = merge(weak, root)
            assert isinstance(layered, MapNode)
            root = layered
        own = self._includes.get(root.text("kind") or "", {})
        # A flag may name the file of an included document; others reach into that document.
        root = self._bases.included(self._flags.apply(root, own), own, self._texts())
        root = self._flags.apply(root, own, others=True)
        texts = self._texts()
        variables = Variables(self._bases.environ, texts)
        root = variables.fill_map(root)
        self._missing += variables.findings
        ignores = [*self._file.ignores]
        for base in self._bases.files.values():
            ignores += base.ignores
        return Document(
            file=self._file.text.file,
            index=index,
            root=root,
            texts=texts,
            ignores=tuple(ignores),
            shared=shared,
            unresolved=frozenset(variables.unresolved),
        )

    def _texts(self) -> dict[str, SourceText]:
        own = self._file.text
        texts = {**self._flags.texts, **self._bases.texts, own.file: own}
        if self._defaults is not None:
            texts.setdefault(self._defaults.text.file, self._defaults.text)
        return texts

    def complaints(self) -> Iterator[Finding]:
        yield from self._file.findings
        for base in self._bases.files.values():
            yield from base.findings
        if self._defaults is not None:
            yield from self._defaults.findings
        yield from self._flags.findings
        yield from self._missing
