"""How wide text is on a terminal: wide characters take two cells, combining ones none."""

from __future__ import annotations

import re
import unicodedata

_TAB = "    "
# Not compiled before a text needs them: that takes as long as checking three templates.
_CONTROL = "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
# All that a terminal acts on but line breaks, tabs, and the sequences that only colour.
_COMMANDS = "[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\x1b(?!\\[[0-9;]*m)"


def visible(text: str) -> str:
    """The text with line breaks as spaces and control characters as escapes.

    A scenario's text must not move the reader's cursor, nor reverse what stands around it.
    """
    if text.isprintable():
        return text
    return re.sub(_CONTROL, lambda match: _escape(match[0]), text)


def _escape(character: str) -> str:
    if character in "\n\r\t":
        return " "
    return f"\\u{ord(character):04x}" if ord(character) > 255 else f"\\x{ord(character):02x}"


def harmless(text: str) -> str:
    """Text for a terminal or a log: line breaks, tabs and colours stay, and nothing else commands.

    The escapes are JSON's too, so that JSON stays what it is.
    """
    if text.replace("\n", "").isprintable():
        return text
    return re.sub(_COMMANDS, lambda match: f"\\u{ord(match[0]):04x}", text)


def expanded(text: str) -> str:
    """A source line as it is shown: tabs as four spaces, control characters as escapes."""
    return visible(text.replace("\t", _TAB))


def cells(text: str) -> int:
    """The number of terminal cells that a text takes."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def clip(text: str, start: int, length: int, room: int) -> tuple[str, int]:
    """The part of a text around the cells from `start` that fits `room`, and the cells cut off
    on the left (less those that the mark of the cut takes)."""
    if cells(text) <= room:
        return text, 0
    first = max(0, min(start - room // 3, start + length - room + 2)) if start > room // 3 else 0
    if start + length <= room - 1:
        first = 0
    dropped, shown = _dropped(text, first)
    mark = "…" if dropped else ""
    return mark + _taken(shown, room - len(mark)), dropped - len(mark)


def _dropped(text: str, count: int) -> tuple[int, str]:
    """Leave out at least `count` cells from the left; how many were, and the rest."""
    width = 0
    for index, character in enumerate(text):
        if width >= count:
            return width, text[index:]
        width += _cells_of(character)
    return width, ""


def _taken(text: str, room: int) -> str:
    """The start of a text that fits, with a mark where it is cut."""
    if cells(text) <= room:
        return text
    width = 0
    for index, character in enumerate(text):
        width += _cells_of(character)
        if width > room - 1:
            return text[:index] + "…"
    return text


def _cells_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
