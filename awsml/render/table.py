"""Plain tables that fit a width; wide characters count two columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from awsml.render.cells import cells


class Column(NamedTuple):
    """A heading; `right` aligns numbers, `shrink` lets the text wrap when the line is full."""

    title: str
    right: bool = False
    shrink: bool = False


SMALLEST = 16
_SEPARATORS = frozenset("./:_-,]")  # a long word is broken behind one
_LEAST = 10  # of a text on a line that is narrow even so
WIDE = 120  # columns from which a table has room for sentences


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int, indent: int = 0
) -> str:
    """Rows under headings. Columns that may shrink wrap; the others keep their width."""
    return "\n".join(line for block in _blocks(columns, rows, width, indent) for line in block)


def noted_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str],
    width: int,
    *,
    title: str = "",
    indent: int = 0,
) -> str:
    """A sentence for each row: in a column of its own where the line is wide, else below it."""
    if width >= WIDE:
        noted = [(*row, note) for row, note in zip(rows, notes, strict=True)]
        return table((*columns, Column(title, shrink=True)), noted, width, indent)
    heading, *blocks = _blocks(columns, rows, width, indent)
    lines = [*heading]
    for block, note in zip(blocks, notes, strict=True):
        below = wrap(note, width - 3 * indent) if note else []
        lines += [*block, *(" " * 3 * indent + line for line in below)]
    return "\n".join(lines)


def _blocks(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int, indent: int
) -> list[list[str]]:
    """The lines of the headings, where there are any, and of each row."""
    wide = [
        max([cells(column.title), *(cells(row[i]) for row in rows)])
        for i, column in enumerate(columns)
    ]
    headings = [column.title for column in columns]
    gaps, room = max(0, len(columns) - 1), width - indent
    _shrink(wide, [i for i, column in enumerate(columns) if column.shrink], room - 2 * gaps)
    gap = "  "
    if sum(wide) > room - 2 * gaps:
        wide, gap = _narrowed(wide, columns, rows, room)
    blocks = []
    for row in [headings, *rows] if any(headings) else rows:
        wrapped = [wrap(text, size) for text, size in zip(row, wide, strict=True)]
        lines = []
        for index in range(max(len(parts) for parts in wrapped)):
            parts = [part[index] if index < len(part) else "" for part in wrapped]
            line = gap.join(
                pad(part, size, column.right)
                for part, size, column in zip(parts, wide, columns, strict=True)
            )
            lines.append((" " * indent + line).rstrip())
        blocks.append(lines)
    return blocks


def _narrowed(
    wide: list[int], columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int
) -> tuple[list[int], str]:
    """For a narrow line: what can be broken at spaces, then the gaps, then the headings. Where
    all that would not do, as with a long address, nothing is broken."""
    gaps = len(wide) - 1
    whole = [[column.title for column in columns], *rows]
    for kept, gap in ((whole, "  "), (whole, " "), (rows, " ")):
        left = room - len(gap) * gaps
        words = [
            max((cells(word) for row in kept for word in row[i].split(" ")), default=0)
            for i in range(len(wide))
        ]
        words = [
            min(size, _LEAST) if column.shrink else size
            for size, column in zip(words, columns, strict=True)
        ]
        if sum(words) <= left:
            return _spared(wide, words, left), gap
    return wide, "  "


def _spared(wide: Sequence[int], words: Sequence[int], room: int) -> list[int]:
    """Columns taken from where most is to spare beyond the longest word."""
    sizes = list(wide)
    while sum(sizes) > room:
        most = max(range(len(sizes)), key=lambda i: sizes[i] - words[i])
        sizes[most] -= 1
    return sizes


def _shrink(wide: list[int], shrinkable: Sequence[int], room: int) -> None:
    """Take what does not fit from the widest shrinkable column, a character at a time."""
    while sum(wide) > room and shrinkable:
        widest = max(shrinkable, key=lambda i: wide[i])
        if wide[widest] <= SMALLEST:
            return
        wide[widest] -= 1


def pad(text: str, size: int, right: bool = False) -> str:
    gap = " " * max(0, size - cells(text))
    return gap + text if right else text + gap


def wrap(text: str, size: int) -> list[str]:
    """Break at spaces; a word longer than the line is broken where it must be."""
    lines, line = [], ""
    for word in text.split(" "):
        while cells(word) > size > 0:
            room = size - cells(line) - (1 if line else 0)
            if room < 1:
                lines.append(line)
                line = ""
                continue
            head = _head(word, room)
            line = f"{line} {head}" if line else head
            lines.append(line)
            word, line = word[len(head) :], ""
        if cells(line) + cells(word) + (1 if line else 0) > size and line:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line or not lines else lines


def indented(text: str, width: int, indent: int = 2) -> list[str]:
    """A paragraph some columns in, its further lines two more."""
    first, *rest = wrap(text, width - indent - 2)
    return [" " * indent + first, *(" " * (indent + 2) + line for line in rest)]


def _head(word: str, room: int) -> str:
    """As much as fits, ended where the parts of a path or a name end, if that is not far back."""
    taken = 0
    for index, character in enumerate(word):
        taken += cells(character)
        if taken > room:
            ends = [place for place in range(index // 3, index) if word[place] in _SEPARATORS]
            return word[: max(ends[-1] + 1 if ends else index, 1)]
    return word
