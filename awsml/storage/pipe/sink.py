"""Where an epoch's bytes go: into the FIFO, wrapped as RecordIO or gunzipped on the way."""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Callable
from threading import Event
from typing import Protocol

from awsml.storage.errors import DataError
from awsml.storage.recordio import header, padding

BLOCK = 2**20
_IN_MEMORY = 32 * 2**20
_GZIP = 31  # zlib's number for "with a gzip header"


class Stopped(Exception):
    """Nobody wants the rest: the channel is being stopped."""


class ReaderLeft(Exception):
    """The reader closed its end before the end of the epoch."""


# Moves up to so many bytes of a file or socket without touching them; how many it were.
Splice = Callable[[int, int], int]


class Sink(Protocol):
    """Takes one object or value after another."""

    splice: Splice | None  # None where bytes cannot be passed on untouched

    def begin(self, size: int, name: str) -> None:
        """A thing of so many bytes follows."""

    def write(self, data: bytes | memoryview) -> None: ...

    def end(self) -> None: ...

    def value(self, data: bytes) -> None:
        """Bytes of a manifest, which are framed like an object but never compressed."""


class PipeSink:
    """The write end of a FIFO."""

    def __init__(self, fd: int, stopping: Event) -> None:
        self.splice: Splice | None = self._spliced if hasattr(os, "splice") else None
        self._fd = fd
        self._stopping = stopping
        self.sent = 0

    def begin(self, size: int, name: str) -> None:
        """A FIFO has no frames."""

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while view:
            self._check()
            try:
                count = os.write(self._fd, view[:BLOCK])
            except BrokenPipeError as error:
                raise ReaderLeft from error
            self.sent += count
            view = view[count:]

    def _spliced(self, source: int, count: int) -> int:
        self._check()
        try:
            moved = os.splice(source, self._fd, count)
        except BrokenPipeError as error:
            raise ReaderLeft from error
        self.sent += moved
        return moved

    def end(self) -> None:
        """Nor anything to close."""

    def value(self, data: bytes) -> None:
        self.write(data)

    def _check(self) -> None:
        if self._stopping.is_set():
            raise Stopped


class RecordSink:
    """Each object or value becomes one RecordIO record."""

    def __init__(self, inner: Sink) -> None:
        self._inner = inner
        self.splice = inner.splice
        self._size = 0

    def begin(self, size: int, name: str) -> None:
        self._size = size
        self._inner.write(header(size))

    def write(self, data: bytes | memoryview) -> None:
        self._inner.write(data)

    def end(self) -> None:
        self._inner.write(padding(self._size))

    def value(self, data: bytes) -> None:
        self.begin(len(data), "value")
        self.write(data)
        self.end()


class GunzipSink:
    """Objects are gunzipped; of several gzip members in a row, all are."""

    splice: Splice | None = None

    def __init__(self, inner: Sink) -> None:
        self._inner = inner
        self._name = ""
        self._empty = False
        self._stream = zlib.decompressobj(_GZIP)

    def begin(self, size: int, name: str) -> None:
        self._name = name
        self._empty = size == 0
        self._stream = zlib.decompressobj(_GZIP)
        self._inner.begin(size, name)

    def write(self, data: bytes | memoryview) -> None:
        rest: bytes | memoryview = data
        while rest:
            if self._stream.eof:
                self._stream = zlib.decompressobj(_GZIP)
            try:
                self._inner.write(self._stream.decompress(rest, 4 * BLOCK))
            except zlib.error as error:
                raise DataError(
                    f"{self._name} is not gzip: {error}",
                    hint="leave `compression` out of the channel",
                ) from error
            rest = self._stream.unconsumed_tail or self._stream.unused_data

    def end(self) -> None:
        if not self._stream.eof and not self._empty:
            raise DataError(
                f"{self._name} ends in the middle of its gzip data", hint="upload it again, whole"
            )
        self._inner.end()

    def value(self, data: bytes) -> None:
        self._inner.value(data)


class MeasuredSink:
    """Holds a thing back until its size is known (a record's length stands before it)."""

    splice: Splice | None = None

    def __init__(self, inner: Sink) -> None:
        self._inner = inner
        self._name = ""
        self._held = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - has no name

    def begin(self, size: int, name: str) -> None:
        self._name = name
        self._held.seek(0)
        self._held.truncate()

    def write(self, data: bytes | memoryview) -> None:
        self._held.write(data)

    def end(self) -> None:
        self._inner.begin(self._held.tell(), self._name)
        self._held.seek(0)
        while block := self._held.read(BLOCK):
            self._inner.write(block)
        self._inner.end()

    def value(self, data: bytes) -> None:
        self._inner.value(data)


def sink_for(pipe: PipeSink, record_io: bool, gunzip: bool) -> Sink:
    """Objects are gunzipped first and wrapped then; AWS does not document the order."""
    sink: Sink = RecordSink(pipe) if record_io else pipe
    if not gunzip:
        return sink
    return GunzipSink(MeasuredSink(sink) if record_io else sink)
