"""Findings as a person reads them: the complaint, its place, the line with a caret, a hint."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from awsml.finding import Finding, Level, Place
from awsml.render.cells import cells, clip, expanded, visible
from awsml.secrets import FINDING, dots, masked
from awsml.units import counted

SourceLine = Callable[[Place], str | None]
Paint = Callable[..., str]  # text, fg=, bold=; click.style, or one that changes nothing

_NEAR = 2_000  # characters on either side: more than any screen is wide
_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.ADVICE: "blue"}


def unpainted(text: str, **_: Any) -> str:
    return text


def findings_text(
    findings: Sequence[Finding],
    source_line: SourceLine,
    *,
    width: int = 80,
    paint: Paint = unpainted,
) -> str:
    """Every finding in the order given, an empty line between them."""
    return "\n\n".join(
        "\n".join(finding_lines(finding, source_line, width=width, paint=paint))
        for finding in findings
    )


def finding_lines(
    finding: Finding, source_line: SourceLine, *, width: int = 80, paint: Paint = unpainted
) -> Iterator[str]:
    """One finding, line by line."""
    colour = _COLOURS[finding.level]
    label = f"{finding.level.value}[{finding.slug}]"
    first, *rest = _wrapped(f"{label}: {finding.message}", width, "  ")
    yield paint(first[: len(label)], fg=colour, bold=True) + first[len(label) :]
    yield from rest
    if finding.place is not None:
        yield from place_lines(
            finding.place,
            source_line,
            width=width,
            paint=paint,
            colour=colour,
            secret=finding.slug == FINDING,
        )
    elif finding.request_path:
        yield f"  --> {visible(finding.request_path)}"
    for related in finding.related:
        yield from _labelled("note", related.message, width, paint)
        if related.place is not None:
            yield from place_lines(related.place, source_line, width=width, paint=paint)
        elif related.request_path:
            yield f"  --> {visible(related.request_path)}"
    if finding.hint:
        yield from _labelled("hint", finding.hint, width, paint)


def place_lines(
    place: Place,
    source_line: SourceLine,
    *,
    width: int = 80,
    paint: Paint = unpainted,
    colour: str = "cyan",
    secret: bool = False,
) -> Iterator[str]:
    """Where it is, and the line of source with a caret under it where there is one.

    What looks like a secret is not shown, nor, of a `secret` place, what it marks.
    """
    yield f"  --> {visible(place.file)}:{place.line}:{place.column}"
    text = source_line(place)
    if text is None or not text.strip():
        return
    text, place = _near(text, place)
    text = masked(text)
    if secret:
        end = place.end_column - 1 if place.end_line == place.line else len(text)
        text = text[: place.column - 1] + dots(text[place.column - 1 : end]) + text[end:]
    number = str(place.line)
    room = max(width - len(number) - 3, 20)
    shown, start, length = _excerpt(text, place, room)
    yield f"{paint(number + ' |', bold=True)} {shown}"
    caret = paint("^" * length, fg=colour, bold=True)
    yield f"{' ' * len(number)} {paint('|', bold=True)} {' ' * start}{caret}"


def counts_line(findings: Sequence[Finding], silenced: int = 0) -> str:
    """`2 errors, 1 warning`; `no findings` when there are none."""
    counts = [
        counted(number, level.value, "advice" if level is Level.ADVICE else None)
        for level in Level
        if (number := sum(finding.level is level for finding in findings))
    ]
    said = ", ".join(counts) or "no findings"
    return f"{said} ({silenced} silenced by comments)" if silenced else said


def _near(text: str, place: Place) -> tuple[str, Place]:
    """What is around a place in its line, which may be a whole file; and the place in that."""
    start = max(0, place.column - 1 - _NEAR)
    column, end = place.column - start, max(place.end_column - start, 1)
    return text[start : place.column + _NEAR], place._replace(column=column, end_column=end)


def _excerpt(text: str, place: Place, room: int) -> tuple[str, int, int]:
    """The part of a line that fits, and where in it the caret starts and how long it is."""
    before = expanded(text[: place.column - 1])
    same_line = place.end_line == place.line
    marked = text[place.column - 1 : place.end_column - 1 if same_line else None].rstrip()
    start = cells(before)
    length = max(cells(expanded(marked)), 1)
    shown, left_out = clip(expanded(text.rstrip()), start, length, room)
    start -= left_out
    return shown, start, max(min(length, room - start), 1)


def _labelled(label: str, text: str, width: int, paint: Paint) -> Iterator[str]:
    first, *rest = _wrapped(f"  {label}: {text}", width, "        ")
    yield f"  {paint(label, fg='cyan')}{first[2 + len(label) :]}"
    yield from rest


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """Lines no wider than `width`; what stands in backticks can be typed, so it stays whole."""
    whole = re.sub(r"`[^`]*`", lambda match: match[0].replace(" ", "\0"), visible(text))
    lines = textwrap.wrap(
        whole,
        max(width, 40),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
    )
    return [line.replace("\0", " ") for line in lines] or [""]
