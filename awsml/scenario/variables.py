"""`${env:NAME}` and `${env:NAME:-default}` inside values; `$${env:NAME}` stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from awsml.finding import Confidence, Finding, Level, Place
from awsml.scenario.nodes import Entry, ListNode, MapNode, Node, ScalarNode
from awsml.scenario.source import SourceText

_START = "${env:"
_VARIABLE = re.compile(r"(\$?)\$\{env:(?:([A-Za-z_][A-Za-z0-9_]*)(?:(:-)([^}]*))?\})?")


class Variables:
    """Fills variables in from an environment and collects what is missing."""

    def __init__(self, environ: Mapping[str, str], texts: Mapping[str, SourceText]) -> None:
        self._environ = environ
        self._texts = texts
        self.findings: list[Finding] = []
        self.unresolved: set[Place] = set()  # the values that lack something

    def fill(self, node: Node) -> Node:
        """The same tree with variables replaced; a tree without any is returned as it is."""
        if isinstance(node, ScalarNode):
            return self._scalar(node) if _START in node.text else node
        if isinstance(node, ListNode):
            items = tuple(self.fill(item) for item in node.items)
            changed = any(new is not old for new, old in zip(items, node.items, strict=True))
            return node._replace(items=items) if changed else node
        return self.fill_map(node)

    def fill_map(self, node: MapNode) -> MapNode:
        changed = {}
        for name, entry in node.entries.items():
            value = self.fill(entry.value)
            if value is not entry.value:
                changed[name] = Entry(entry.key, value)
        return node._replace(entries={**node.entries, **changed}) if changed else node

    def _scalar(self, node: ScalarNode) -> ScalarNode:
        """A value made of nothing but variables that are empty is no value at all."""
        parts: list[str] = []
        written = node.text
        end = 0
        for nth, match in enumerate(_VARIABLE.finditer(written)):
            parts += [written[end : match.start()], self._value(match, nth, node)]
            end = match.end()
        parts.append(written[end:])
        text = "".join(parts)
        return node._replace(text=text, plain=not text)

    def _value(self, match: re.Match[str], nth: int, node: ScalarNode) -> str:
        escape, name, has_default, default = match.groups()
        if escape:
            return match[0][1:]
        if name is None:
            self._complain(_malformed(self._place(match, nth, node)), node)
            return match[0]
        value = self._environ.get(name)
        if has_default and not value:
            return str(default)
        if value is None:
            self._complain(_missing(name, self._place(match, nth, node)), node)
            return ""
        return value

    def _complain(self, finding: Finding, node: ScalarNode) -> None:
        self.findings.append(finding)
        self.unresolved.add(node.place)

    def _place(self, match: re.Match[str], nth: int, node: ScalarNode) -> Place:
        """The place of the nth variable inside a value, whatever quotes it stands in."""
        source = self._texts.get(node.place.file)
        if source is None:
            return node.place
        start, end = source.span(node.place)
        for count, written in enumerate(_VARIABLE.finditer(source.text, start, end)):
            if count == nth and written[0] == match[0]:
                return source.place(written.start(), written.end())
        return node.place


def _missing(name: str, place: Place) -> Finding:
    return Finding(
        slug="missing-variable",
        level=Level.ERROR,
        message=f"the environment variable `{name}` is not set",
        hint=f"run `export {name}=...`, or write `${{env:{name}:-default}}`",
        confidence=Confidence.VERIFIED,
        place=place,
    )


def _malformed(place: Place) -> Finding:
    return Finding(
        slug="bad-variable",
        level=Level.ERROR,
        message="`${env:` opens a variable that is not closed or has no proper name",
        hint="write `${env:NAME}` or `${env:NAME:-default}`; `$${env:` for the text itself",
        confidence=Confidence.VERIFIED,
        place=place,
    )
