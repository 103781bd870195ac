"""Comments that silence a finding: `# awsml: ignore[slug] reason`, on the line or above it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple, Protocol

from awsml.finding import Confidence, Finding, Level, Place
from awsml.scenario.nodes import Node, ScalarNode, children
from awsml.scenario.source import SourceText

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*awsml\s*:(.*)$")
_IGNORE = re.compile(r"\s*ignore\s*\[([^\]]*)\]\s*(.*?)\s*")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Ignore(NamedTuple):
    """One comment: the slugs it silences, on which line of its file, and why."""

    slugs: tuple[str, ...]
    line: int
    reason: str
    place: Place


class Suppressed(NamedTuple):
    """What is left to report, and what was silenced, each with the comment that did."""

    findings: list[Finding]
    silenced: list[tuple[Finding, Ignore]]


class Annotated(Protocol):
    """A document's comments that silence findings."""

    @property
    def ignores(self) -> tuple[Ignore, ...]: ...


def suppress(
    documents: Iterable[Annotated],
    findings: Iterable[Finding],
    *,
    checked: Collection[str] | None = None,
    elsewhere: Collection[str] = (),
) -> Suppressed:
    """Take out what comments silence and add findings for comments that silence nothing.

    `checked` names the slugs that could have been found; None is all of them. A comment about
    anything else is not called unused, nor one about the slugs of `elsewhere`: another machine
    may find them.
    """
    comments = list(dict.fromkeys(i for document in documents for i in document.ignores))
    by_line = {(i.place.file, i.line, slug): i for i in comments for slug in i.slugs}
    kept: list[Finding] = []
    silenced: list[tuple[Finding, Ignore]] = []
    used: set[tuple[str, int, str]] = set()
    for finding in findings:
        place = finding.place
        spot = (place.file, place.line, finding.slug) if place else None
        if spot in by_line:
            used.add(spot)
            silenced.append((finding, by_line[spot]))
        else:
            kept.append(finding)
    for spot, comment in by_line.items():
        if spot in used or spot[2] in elsewhere:
            continue
        if checked is None or spot[2] in checked:
            kept.append(_unused(comment, spot[2]))
    return Suppressed(kept, silenced)


def read_ignores(
    source: SourceText, roots: Iterable[Node]
) -> tuple[tuple[Ignore, ...], list[Finding]]:
    """The comments of a file, and complaints about those that are none."""
    if "awsml" not in source.text:
        return (), []
    ignores: list[Ignore] = []
    findings: list[Finding] = []
    spans: list[tuple[int, int]] | None = None
    for number, text in enumerate(source.lines, 1):
        match = _COMMENT.search(text) if "#" in text else None
        if match is None:
            continue
        spans = _scalar_spans(source, roots) if spans is None else spans
        start = source.offset(number, match.start() + 1)
        if any(first <= start < last for first, last in spans):
            continue
        place = Place(source.file, number, match.start() + 1, number, len(text) + 1)
        ignore = _read(match[1], _target(source, number, match.start()), place)
        (ignores if isinstance(ignore, Ignore) else findings).append(ignore)  # type: ignore[arg-type]
    return tuple(ignores), findings


def _read(text: str, line: int, place: Place) -> Ignore | Finding:
    match = _IGNORE.fullmatch(text)
    slugs = [slug.strip() for slug in match[1].split(",")] if match else []
    if match is None or not all(_SLUG.fullmatch(slug) for slug in slugs):
        return _complaint("bad-suppression", "this comment silences nothing", place)
    if not match[2]:
        return _complaint(
            "suppression-without-reason", "a finding is silenced without a reason", place
        )
    return Ignore(tuple(slugs), line, match[2], place)


def _target(source: SourceText, number: int, column: int) -> int:
    """A comment behind a value is about its line; one alone is about the next line with a value."""
    if source.lines[number - 1][:column].strip():
        return number
    for following in range(number, len(source.lines)):
        text = source.lines[following].strip()
        if text and not text.startswith("#"):
            return following + 1
    return number


def _scalar_spans(source: SourceText, roots: Iterable[Node]) -> list[tuple[int, int]]:
    """The stretches of text that are values, in which a `#` is no comment."""
    return [source.span(scalar.place) for root in roots for scalar in _scalars(root)]


def _scalars(root: Node) -> Iterator[ScalarNode]:
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, ScalarNode):
            yield node
        else:
            stack.extend(child for _, child in children(node))


def _complaint(slug: str, message: str, place: Place) -> Finding:
    hint = "write `# awsml: ignore[the-slug] the reason`"
    return Finding(slug, Level.WARNING, message, hint, Confidence.VERIFIED, place)


def _unused(comment: Ignore, slug: str) -> Finding:
    return Finding(
        slug="unused-suppression",
        level=Level.WARNING,
        message=f"nothing on line {comment.line} is found by `{slug}`",
        hint=f"remove `{slug}` from the comment",
        confidence=Confidence.VERIFIED,
        place=comment.place,
    )
