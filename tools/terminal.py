"""A small terminal: runs a command on one, keeps what is on its screen, and draws that as SVG."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby
from pathlib import Path

WIDTH = 92  # characters
LONGEST_SECONDS = 60  # of silence


@dataclass(frozen=True)
class Look:
    """How a character is written."""

    colour: int | None = None  # 0 to 7, as terminals count them
    bold: bool = False
    faint: bool = False


Cell = tuple[str, Look]
Row = list[Cell]
_BLANK: Cell = (" ", Look())


def shown(command: Sequence[str], folder: Path, environ: Mapping[str, str], *, both: bool) -> bytes:
    """What a command writes to a terminal; its stderr goes there only when `both` are wanted."""
    here, there = os.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 60, WIDTH, 0, 0))
    settings = {**environ, "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    settings.pop("NO_COLOR", None)
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=there,
        stderr=there if both else subprocess.DEVNULL,
    )
    os.close(there)
    try:
        return b"".join(_read(here))
    finally:
        os.close(here)
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _read(terminal: int) -> Iterator[bytes]:
    while select.select([terminal], [], [], LONGEST_SECONDS)[0]:
        try:
            block = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            return
        if not block:
            return
        yield block


@dataclass
class Screen:
    """Rows of cells and a cursor; knows as much of a terminal's language as awsml speaks."""

    rows: list[Row] = field(default_factory=lambda: [[]])
    line: int = 0
    column: int = 0
    look: Look = field(default_factory=Look)

    def feed(self, text: str) -> None:
        for control, arguments, letter, plain in _TOKENS.findall(text):
            if letter:
                self._obey(letter, arguments)
            elif control == "\n":
                self._down()
            elif control == "\r":
                self.column = 0
            elif plain:
                self._put(plain)

    def _down(self) -> None:
        self.line, self.column = self.line + 1, 0
        while len(self.rows) <= self.line:
            self.rows.append([])

    def _put(self, character: str) -> None:
        if self.column >= WIDTH:
            self._down()
        row = self.rows[self.line]
        row.extend([_BLANK] * (self.column + 1 - len(row)))
        row[self.column] = (character, self.look)
        self.column += 1

    def _obey(self, letter: str, arguments: str) -> None:
        numbers = [int(word) for word in arguments.split(";") if word.isdigit()] or [0]
        if letter == "m":
            for number in numbers:
                self.look = _look(self.look, number)
        elif letter == "A":
            self.line = max(0, self.line - max(1, numbers[0]))
        elif letter == "K":
            self.rows[self.line] = [] if numbers[0] == 2 else self.rows[self.line][: self.column]
        elif letter == "J":
            self.rows[self.line] = self.rows[self.line][: self.column]
            del self.rows[self.line + 1 :]


_TOKENS = re.compile(r"([\r\n])|\x1b\[\??([0-9;]*)([A-Za-z])|([^\x00-\x1f\x7f])")


def _look(now: Look, number: int) -> Look:
    if number == 0:
        return Look()
    if number in (1, 2, 22):
        return replace(now, bold=number == 1, faint=number == 2)
    if 30 <= number <= 37 or 90 <= number <= 97:
        return replace(now, colour=number % 10)
    return replace(now, colour=None) if number == 39 else now


# black, red, green, yellow, blue, magenta, cyan, white: each stands out on the window's ground
_COLOURS = ["#7d8590", "#ff7b72", "#5dd97c", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#f0f3f6"]
_INK, _FAINT, _GROUND, _EDGE = "#e6e8ea", "#9aa1a8", "#15181b", "#2d3237"
_ADVANCE, _LEADING, _MARGIN, _TOP = 7.8, 18, 14, 34
_SPACE = "&#160;"  # browsers draw several common spaces as one


def svg(title: str, rows: Sequence[Row]) -> str:
    """A window with the rows in it; every run of cells stands on the grid, whatever the font."""
    wide = max((len(row) for row in rows), default=0) * _ADVANCE + 2 * _MARGIN
    tall = _TOP + len(rows) * _LEADING + _MARGIN
    dots = "".join(
        f'<circle cx="{_MARGIN + 4 + 16 * i}" cy="17" r="5" fill="{_EDGE}"/>' for i in range(3)
    )
    texts = "".join(
        part
        for number, row in enumerate(rows)
        for part in _row(row, _TOP + (number + 0.75) * _LEADING)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {tall}" '
        f'width="{wide:.0f}" height="{tall}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>"
        f'<rect width="100%" height="100%" rx="8" fill="{_GROUND}" stroke="{_EDGE}"/>{dots}'
        '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" '
        f'font-size="13">{texts}</g></svg>\n'
    )


def _row(row: Row, y: float) -> Iterator[str]:
    at = 0
    for look, cells in groupby(row, key=lambda cell: cell[1]):
        text = "".join(character for character, _ in cells)
        x, size = _MARGIN + at * _ADVANCE, len(text) * _ADVANCE
        at += len(text)
        if text.strip():
            weight = ' font-weight="bold"' if look.bold else ""
            yield (
                f'<text x="{x:.1f}" y="{y:.1f}" textLength="{size:.1f}" fill="{_fill(look)}"'
                f"{weight}>{escape(text).replace(' ', _SPACE)}</text>"
            )


def _fill(look: Look) -> str:
    if look.colour is not None:
        return _COLOURS[look.colour]
    return _FAINT if look.faint else _INK


def typed(command: str) -> Row:
    """The line that somebody typed."""
    prompt, words = Look(colour=2, bold=True), Look(bold=True)
    return [("$", prompt), (" ", prompt), *((character, words) for character in command)]


def plain(row: Row) -> str:
    return "".join(character for character, _ in row).rstrip()
