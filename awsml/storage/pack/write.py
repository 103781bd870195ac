"""One shard onto the disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from awsml.storage import recordio
from awsml.storage.errors import DataError
from awsml.storage.pack import tar
from awsml.storage.pack.shards import RECORDIO, TEXT, WEBDATASET, Piece, Shard

_BUFFER = 4 * 2**20
_SMALL = 2**20  # read in one go, even if the buffer goes out a little early
_NEWLINE = ord("\n")


@dataclass(frozen=True, slots=True)
class Written:
    """A finished shard."""

    name: str
    files: int
    bytes: int


class _Out:
    """Small writes gathered into large ones; files are read straight into the gathering buffer."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._buffer = memoryview(bytearray(_BUFFER))
        self._used = 0
        self._flushed = 0

    @property
    def position(self) -> int:
        return self._flushed + self._used

    def write(self, data: bytes) -> None:
        if self._used + len(data) > _BUFFER:
            self.flush()
        self._buffer[self._used : self._used + len(data)] = data
        self._used += len(data)

    def copy(self, fd: int, start: int, end: int) -> None:
        """Append a span of a file. Raises EOFError when the file ends before it."""
        while start < end:
            if self._used == _BUFFER or _BUFFER - self._used < end - start < _SMALL:
                self.flush()
            room = self._buffer[self._used : self._used + end - start]
            count = os.preadv(fd, (room,), start)
            if not count:
                raise EOFError
            self._used += count
            start += count

    def ends_line(self) -> bool:
        """Whether the last byte, which is still held, ends a line."""
        return self._used > 0 and self._buffer[self._used - 1] == _NEWLINE

    def flush(self) -> None:
        view = self._buffer[: self._used]
        while view:
            view = view[os.write(self._fd, view) :]
        self._flushed += self._used
        self._used = 0


def write_shard(root: Path, folder: Path, shard: Shard, form: str, header: bool) -> Written:
    """Write beside, then rename, so that a shard is either whole or not there."""
    beside = folder / f".{shard.name}.{os.getpid()}"
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        out = _Out(fd)
        if form == WEBDATASET:
            _write_tar(root, shard, out)
        elif form == RECORDIO:
            _write_records(root, shard, out)
        else:
            _write_joined(root, shard, out, header)
        out.flush()
        os.rename(beside, folder / shard.name)
    except BaseException:
        os.unlink(beside)
        raise
    finally:
        os.close(fd)
    return Written(shard.name, len(shard.pieces), out.position)


def remove_cut_off(folder: Path) -> None:
    """Remove what processes that were killed have begun."""
    for begun in folder.glob(".part-*"):
        begun.unlink()


def _write_tar(root: Path, shard: Shard, out: _Out) -> None:
    start = f"{root}/"
    for piece in shard.pieces:
        out.write(tar.header(piece.name, piece.size))
        _copy(start + piece.name, piece, out)
        out.write(tar.padding(piece.size))
    out.write(tar.END)


def _write_records(root: Path, shard: Shard, out: _Out) -> None:
    start = f"{root}/"
    for piece in shard.pieces:
        out.write(recordio.header(piece.size))
        _copy(start + piece.name, piece, out)
        out.write(recordio.padding(piece.size))


def _write_joined(root: Path, shard: Shard, out: _Out, header: bool) -> None:
    """Files one after the other; of lines, each file ends its last one and has one header."""
    lines = Path(shard.name).suffix in TEXT
    for index, piece in enumerate(shard.pieces):
        path = f"{root}/{piece.name}"
        names = _first_line(path) if header else b""
        if piece.start and not index:
            out.write(names)
        _copy(path, piece, out, skip=len(names) if index and not piece.start else 0)
        if lines and not out.ends_line():
            out.write(b"\n")


def _copy(path: str, piece: Piece, out: _Out, skip: int = 0) -> None:
    """A file that must still be as long as it was when the shards were planned."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    try:
        out.copy(fd, piece.start + skip, piece.start + piece.size)
    except EOFError as error:
        raise DataError(f"{path} became shorter while it was packed") from error
    finally:
        os.close(fd)


def _first_line(path: str) -> bytes:
    with open(path, "rb") as file:
        line = file.readline(_BUFFER)
    if len(line) == _BUFFER:
        raise DataError(f"{path} has no line of names at its start")
    return line
