"""A project's `awsml.yaml`: what its scenarios say unless they say otherwise.

on: local                 # a default for every kind that has the field
region: us-east-1
training:                 # under a kind's name: defaults for that kind alone
  compute: {instance: ml.g5.xlarge}
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from awsml.errors import UsageError
from awsml.finding import Confidence, Finding, Level, Place
from awsml.nearness import closest
from awsml.plan import Source
from awsml.scenario.nodes import MapNode, ScalarNode, merge
from awsml.scenario.parser import parse
from awsml.scenario.source import SourceText, read_source


class Defaults(NamedTuple):
    """The defaults file, read."""

    text: SourceText
    root: MapNode
    findings: tuple[Finding, ...] = ()

    def layer(self, kind: str | None, kinds: Collection[str]) -> tuple[MapNode, frozenset[str]]:
        """The defaults for one kind, and the fields of them that are meant for every kind."""
        sections = {*kinds, kind}
        entries = {name: entry for name, entry in self.root.entries.items() if name not in sections}
        common = MapNode(entries, self.root.place)
        section = self.root.entries.get(kind) if kind else None
        if section is None or not isinstance(section.value, MapNode):
            return common, frozenset(entries)
        own = section.value
        merged = merge(common, own)
        assert isinstance(merged, MapNode)
        return merged, frozenset(entries) - frozenset(own.entries)


def read_defaults(file: Path | str) -> Defaults:
    text = read_source(str(file), Source.DEFAULTS)
    parsed = parse(text)
    if len(parsed.roots) > 1:
        raise UsageError(
            f"{file} holds several documents, and defaults are one",
            hint="remove the `---` lines",
            where=Place(text.file),
            slug="not-a-mapping",
        )
    root = parsed.roots[0] if parsed.roots else MapNode({}, Place(text.file))
    if isinstance(root, ScalarNode) and root.is_null:
        root = MapNode({}, root.place)
    if not isinstance(root, MapNode):
        raise UsageError(
            f"{file} must be a mapping of fields to defaults",
            hint="write `region: us-east-1`",
            where=root.place,
            slug="not-a-mapping",
        )
    return Defaults(text, root, parsed.findings)


def check_defaults(
    defaults: Defaults, kinds: Sequence[str], fields: Callable[[str], Iterable[str]]
) -> list[Finding]:
    """Complaints about top-level names that are no kind and no kind's field.

    `fields` answers for a kind, and is asked for no more kinds than needed.
    """
    findings = list(defaults.findings)
    entries = defaults.root.entries
    for name in kinds:
        if name in entries and not isinstance(entries[name].value, MapNode):
            findings.append(_no_section(name, entries[name].key.place))
    unknown = entries.keys() - set(kinds)
    known = set(kinds)
    for name in kinds:
        if unknown:
            known |= set(fields(name))
            unknown -= known
    return findings + [
        _unknown(name, entry.key.place, sorted(known))
        for name, entry in entries.items()
        if name in unknown
    ]


def _unknown(name: str, place: Place, known: list[str]) -> Finding:
    near = closest(name, known)
    return Finding(
        slug="unknown-field",
        level=Level.ERROR,
        message=f"`{name}` is no kind, and no field of any kind",
        hint=f"write `{near}`" if near else f"remove `{name}`",
        confidence=Confidence.VERIFIED,
        place=place,
        field=name,
    )


def _no_section(name: str, place: Place) -> Finding:
    return Finding(
        slug="wrong-type",
        level=Level.ERROR,
        message=f"`{name}` holds the defaults of a kind, so it must be a mapping",
        hint=f"write `{name}: {{region: us-east-1}}`",
        confidence=Confidence.VERIFIED,
        place=place,
        field=name,
    )
