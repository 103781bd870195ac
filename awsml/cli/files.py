"""Files that a command was pointed at, and lines of them for messages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from awsml.cli.project import DEFAULTS_FILE
from awsml.errors import AwsmlError, UsageError
from awsml.finding import Place

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
STDIN = Path("-")


def files_under(paths: Sequence[str], report: Callable[[AwsmlError], None]) -> Iterator[Path]:
    """Each file once: files as named, folders and globs by suffix, in a stable order.

    A name that leads nowhere is reported; the others are still read.
    """
    seen: set[Path] = set()
    for text in paths:
        found = list(_expanded(text, report))
        if not found and not Path(text).is_dir():
            hint = "name a file, a folder or a glob"
            report(UsageError(f"there is no {text}", hint=hint))
        for path in found:
            key = path if path == STDIN else path.absolute()
            if key not in seen:
                seen.add(key)
                yield path


def _expanded(text: str, report: Callable[[AwsmlError], None]) -> Iterator[Path]:
    path = Path(text)
    if text == "-" or path.is_file() or path.is_symlink():
        yield path
    elif path.is_dir():
        yield from _within(path, report, frozenset())
    elif path.exists():
        yield path
    else:
        import glob  # most names are files or folders

        for name in sorted(glob.glob(text, recursive=True)) if glob.has_magic(text) else ():
            yield from _expanded(name, report)


def _within(
    folder: Path, report: Callable[[AwsmlError], None], around: frozenset[Path]
) -> Iterator[Path]:
    """Hidden folders, such as .awsml and .git, hold nothing to check.

    `around` are the folders on the way here: a link back to one of them is not followed.
    """
    around |= {folder.resolve()}
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        reason = (error.strerror or "").lower()
        place, hint = Place(str(folder)), "check it with `ls -ld`"
        report(UsageError(f"cannot read the folder {folder}: {reason}", hint=hint, where=place))
        return
    for path in paths:
        if path.name.startswith(".") or path.name == DEFAULTS_FILE:
            continue
        if path.is_dir():
            if path.resolve() not in around:
                yield from _within(path, report, around)
        elif path.suffix in SUFFIXES:
            yield path


class SourceLines:
    """Lines of files by place, read again only for the files that have findings."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}

    def keep(self, file: str, text: str) -> None:
        """Text that cannot be read again, such as standard input."""
        self._texts[file] = text.splitlines()

    def __call__(self, place: Place) -> str | None:
        if place.file not in self._texts:
            self._texts[place.file] = _lines(place.file)
        lines = self._texts[place.file]
        return lines[place.line - 1] if 0 < place.line <= len(lines) else None


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def read_text(file: str, given: bytes | None = None) -> str:
    """A text file; or bytes already read, under its name."""
    try:
        return (Path(file).read_bytes() if given is None else given).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", where=Place(file)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", where=Place(file)) from error


@contextmanager
def open_lines(file: str) -> Iterator[Iterator[str]]:
    """Lines of a file, or of standard input for `-`; bytes that are no UTF-8 are replaced."""
    if file == str(STDIN):
        yield from_bytes(sys.stdin.buffer)
        return
    try:
        stream = open(file, "rb")  # noqa: SIM115
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", where=Place(file)) from error
    with stream:
        yield from_bytes(stream)


def from_bytes(stream: BinaryIO) -> Iterator[str]:
    return (line.decode("utf-8", "replace") for line in stream)
