"""Log files of a run: one per stream, a time before each line; written, read, followed."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TextIO
from urllib.parse import quote, unquote

from awsml.events import LogLine

_BLOCK = 65_536
_STAMP = len("2026-11-21T09:30:12.123Z")
_LONGEST_NAME = 180  # characters; file systems take 255 bytes
_MOST_OPEN = 128  # a process may have no more than 1,024 files open, and an array has more streams


class LogFiles:
    """The open log files of the runs that this process writes."""

    def __init__(self) -> None:
        self._files: dict[Path, TextIO] = {}

    def append(self, folder: Path, line: LogLine) -> None:
        path = folder / f"{_file_name(line.stream)}.log"
        file = self._files.get(path)
        if file is None:
            if len(self._files) >= _MOST_OPEN:
                self._files.pop(next(iter(self._files))).close()
            folder.mkdir(parents=True, exist_ok=True)
            file = path.open("a", encoding="utf-8", errors="replace", buffering=1, newline="\n")
            self._files[path] = file
        for text in line.text.splitlines() or [""]:
            file.write(f"{_stamp(line.at)} {text}\n")

    def close(self, folder: Path) -> None:
        for path in [path for path in self._files if path.parent == folder]:
            self._files.pop(path).close()


def _file_name(stream: str) -> str:
    """A stream of CloudWatch may have a name longer than a file's: its end becomes a digest."""
    name = quote(stream, safe="", errors="replace")
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:_LONGEST_NAME]}-{sha256(stream.encode('utf-8', 'replace')).hexdigest()[:12]}"


def read_logs(
    folder: Path,
    since: float | None = None,
    tail: int | None = None,
    ends: Mapping[Path, int] | None = None,
) -> list[LogLine]:
    """All streams merged by time; the last `tail` lines of what came after `since`.

    `ends` says how many bytes of each file are looked at.
    """
    paths = sorted(folder.glob("*.log")) if ends is None else sorted(ends)
    streams = [_read_file(path, None if ends is None else ends[path]) for path in paths]
    merged = heapq.merge(*streams, key=lambda line: line.at)
    wanted = (line for line in merged if since is None or line.at >= since)
    return list(wanted if tail is None else deque(wanted, maxlen=tail))


class LogTail:
    """What was appended to a run's logs since the last look."""

    def __init__(self, folder: Path, *, from_start: bool = True) -> None:
        self._folder = folder
        self._offsets: dict[Path, int] = {}
        if not from_start:
            self._offsets = {path: _whole_bytes(path) for path in sorted(folder.glob("*.log"))}

    def before(self, since: float | None = None, tail: int | None = None) -> list[LogLine]:
        """What lies before that which read() gives."""
        return read_logs(self._folder, since, tail, dict(self._offsets))

    def read(self) -> list[LogLine]:
        fresh = [line for path in sorted(self._folder.glob("*.log")) for line in self._new(path)]
        return sorted(fresh, key=lambda line: line.at)

    def _new(self, path: Path) -> list[LogLine]:
        with path.open("rb") as file:
            file.seek(self._offsets.get(path, 0))
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._offsets[path] = self._offsets.get(path, 0) + len(whole)
        stream = unquote(path.stem)
        texts = whole.decode("utf-8", errors="replace").split("\n")[:-1]
        return [_parsed(stream, text) for text in texts]


def _read_file(path: Path, end: int | None) -> Iterator[LogLine]:
    stream, left = unquote(path.stem), end
    with path.open("rb") as file:
        for line in file:
            if left is not None:
                left -= len(line)
                if left < 0:
                    return
            yield _parsed(stream, line.decode("utf-8", errors="replace").rstrip("\n"))


def _whole_bytes(path: Path) -> int:
    """The size of a file up to its last line break."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for start in range(size, 0, -_BLOCK):
            first = max(start - _BLOCK, 0)
            file.seek(first)
            found = file.read(start - first).rfind(b"\n")
            if found >= 0:
                return first + found + 1
    return 0


def _parsed(stream: str, text: str) -> LogLine:
    try:
        at = datetime.fromisoformat(text[:_STAMP]).timestamp()
    except ValueError:  # cut short by a full disk or a power cut
        return LogLine(stream, text, 0.0)
    return LogLine(stream, text[_STAMP + 1 :], at)


def _stamp(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
