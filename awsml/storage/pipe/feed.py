"""An epoch's objects into a sink: local files spliced, remote ones read ahead in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from functools import partial
from itertools import chain
from typing import BinaryIO

from awsml.storage.channel import Part, Value
from awsml.storage.errors import DataError
from awsml.storage.http import HttpStore
from awsml.storage.objects import Object, Store
from awsml.storage.ordered import Pace, ordered
from awsml.storage.pipe.http_feed import HttpFeed
from awsml.storage.pipe.sink import BLOCK, Sink
from awsml.storage.pipe.span import Span, spans

RANGE = 8 * 2**20
WORKERS = 16
LEAST, MOST = 3, 20  # ranges under way; the most take 160 MiB
_SIZES_AHEAD = 64
_STILL = "leave the data alone while it is read, and run this again"

Check = Callable[[], None]


def feed(parts: Iterable[Part], store: Store, sink: Sink, check: Check) -> None:
    """Deliver everything, in order. `check` is called while waiting and may raise."""
    if store.local:
        _feed_files(parts, store, sink)
    else:
        with closing(sized(parts, store, check)) as known:
            if isinstance(store, HttpStore) and sink.splice is not None:
                HttpFeed(store, sink, sink.splice, check).run(known)
            else:
                _feed_ranges(known, store, sink, check)


def sized(parts: Iterable[Part], store: Store, check: Check) -> Generator[Part]:
    """The same parts; objects that a manifest only names are looked up, many at a time.

    A listing knows all sizes and a manifest none, so the first object tells.
    """
    seen: list[Part] = []
    rest = iter(parts)
    for part in rest:
        seen.append(part)
        if isinstance(part, Object):
            break
    every = chain(seen, rest)
    if all(part.size is not None for part in seen):
        yield from every
        return
    tasks = (partial(_sized, part, store) for part in every)
    with closing(ordered(tasks, WORKERS, _SIZES_AHEAD, check)) as found:
        yield from found


def _sized(part: Part, store: Store) -> Part:
    return store.find(part.bucket, part.key) if part.size is None else part


def _feed_files(parts: Iterable[Part], store: Store, sink: Sink) -> None:
    for part in parts:
        if isinstance(part, Value):
            sink.value(part.data)
            continue
        path = store.path(part)
        assert path is not None
        try:
            with path.open("rb", buffering=0) as file:
                _feed_file(part, file, sink)
        except FileNotFoundError as error:
            raise DataError(f"{part.uri} is gone since it was listed", hint=_STILL) from error


def _feed_file(part: Object, file: BinaryIO, sink: Sink) -> None:
    """The file as it was when opened; one that changes under way is an error, not a mixture."""
    before = os.fstat(file.fileno())
    sink.begin(before.st_size, part.uri)
    left = before.st_size
    moved = 1
    while left and moved:
        if sink.splice is not None:
            moved = sink.splice(file.fileno(), min(left, BLOCK))
        else:
            block = file.read(min(left, BLOCK))
            moved = len(block)
            sink.write(block)
        left -= moved
    after = os.fstat(file.fileno())
    if left or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise DataError(f"{part.uri} changed while it was being read", hint=_STILL)
    sink.end()


def _feed_ranges(parts: Iterable[Part], store: Store, sink: Sink, check: Check) -> None:
    buffers = _Buffers()
    tasks = (partial(_fetched, span, store, buffers) for span in spans(parts, RANGE))
    with closing(ordered(tasks, WORKERS, Pace(LEAST, MOST), check)) as fetched:
        for span, data in fetched:
            if isinstance(span.part, Value):
                sink.value(span.part.data)
                continue
            if span.first:
                sink.begin(span.part.size or 0, span.part.uri)
            sink.write(data)
            if span.last:
                sink.end()
            buffers.give_back(data)


def _fetched(span: Span, store: Store, buffers: _Buffers) -> tuple[Span, memoryview]:
    data = buffers.take(span.length)
    if isinstance(span.part, Object) and span.length:
        store.read_into(span.part, span.start, data)
    return span, data


class _Buffers:
    """Full-size buffers, used again: fresh memory costs as much time as the copy into it."""

    def __init__(self) -> None:
        self._free: list[bytearray] = []

    def take(self, length: int) -> memoryview:
        if length < RANGE:
            return memoryview(bytearray(length))
        try:
            return memoryview(self._free.pop())
        except IndexError:
            return memoryview(bytearray(RANGE))

    def give_back(self, data: memoryview) -> None:
        if len(data) == RANGE and isinstance(data.obj, bytearray):
            self._free.append(data.obj)
