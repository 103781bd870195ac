"""The text of one file: bytes to text, the limits on both, and its lines by number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from awsml.errors import UsageError
from awsml.finding import Place
from awsml.plan import Source

LARGEST_FILE = 16 * 2**20
_USUAL_FILE = 2**16  # room for the largest is not made before a file turns out to be larger
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what YAML 1.1 counts as a line


@dataclass(frozen=True)
class SourceText:
    """A file (or the flags given for one) as text, and whose values it holds."""

    file: str
    text: str
    source: Source = Source.SCENARIO

    @cached_property
    def lines(self) -> list[str]:
        return _LINE_BREAK.split(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line starts."""
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]

    def line(self, number: int) -> str | None:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else None

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both from 1; the end of the text beyond it."""
        if line > len(self.starts):
            return len(self.text)
        return min(self.starts[line - 1] + column - 1, len(self.text))

    def span(self, place: Place) -> tuple[int, int]:
        start = self.offset(place.line, place.column)
        return start, self.offset(place.end_line, place.end_column)

    def place(self, start: int, end: int) -> Place:
        """The place of a stretch of the text, by offsets."""
        line, column = self._position(start)
        return Place(self.file, line, column, *self._position(end))

    def _position(self, offset: int) -> tuple[int, int]:
        line = 1
        start = 0
        for match in _LINE_BREAK.finditer(self.text, 0, offset):
            line, start = line + 1, match.end()
        return line, offset - start + 1


def read_source(
    file: str, source: Source = Source.SCENARIO, *, where: Place | None = None
) -> SourceText:
    """The text of a file; `where` is the place that asked for it."""
    try:
        with open(file, "rb") as stream:
            data = stream.read(_USUAL_FILE)
            if len(data) == _USUAL_FILE:
                data += stream.read(LARGEST_FILE + 1 - _USUAL_FILE)
    except (OSError, ValueError) as error:
        reason = (error.strerror or "") if isinstance(error, OSError) else "no such file"
        raise UsageError(
            f"cannot read {file!r}: {reason.lower()}",
            hint="check the path with `ls -l`",
            where=where,
            slug="unreadable-file",
        ) from error
    return decode_source(data, file, source)


def decode_source(data: bytes | str, file: str, source: Source = Source.SCENARIO) -> SourceText:
    """Text from bytes; a byte order mark is dropped, anything but UTF-8 refused."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    if len(data) > LARGEST_FILE:
        raise UsageError(
            f"{file} is larger than 16 MiB, which no scenario or template needs",
            hint="name the file itself, not its data",
            where=Place(file),
            slug="file-too-large",
        )
    try:
        return SourceText(file, data.decode("utf-8-sig"), source)
    except UnicodeDecodeError as error:
        raise _not_utf8(data, file, error.start) from error


def _not_utf8(data: bytes, file: str, start: int) -> UsageError:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    head = data[:start].decode("utf-8-sig")
    place = SourceText(file, head).place(len(head), len(head))
    return UsageError(
        f"byte 0x{data[start]:02x} is not UTF-8",
        hint=f"save it as UTF-8: `iconv -f {'UTF-16' if wide else 'LATIN1'} -t UTF-8 {file}`",
        where=Place(file, place.line, place.column, place.line, place.column + 1),
        slug="not-utf-8",
    )
