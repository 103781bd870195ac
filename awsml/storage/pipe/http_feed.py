"""Ranges from a plain-HTTP store into a pipe: many in flight across objects, landed in order.

What is ahead waits in the kernel's socket buffers, so this process holds next to nothing.
"""

from __future__ import annotations

import contextlib
import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from urllib.parse import SplitResult

from awsml.storage.channel import Part, Value
from awsml.storage.client import ATTEMPTS, FIRST_PAUSE_SECONDS, passes, refusal
from awsml.storage.connection import PATIENCE_SECONDS, Connection, Head
from awsml.storage.errors import ObjectError
from awsml.storage.http import HttpStore
from awsml.storage.objects import Object
from awsml.storage.pipe.sink import BLOCK, Sink, Splice
from awsml.storage.pipe.span import Span, spans

T = TypeVar("T")
RANGE = 4 * 2**20
CONNECTIONS = 32
_SILENCE_SECONDS = 30
_LARGEST_ERROR = 65_536
_CODE = re.compile(rb"<Code>(\w+)</Code>")


@dataclass(slots=True)
class _Flight:
    """A span whose bytes are on their way."""

    span: Span
    connection: Connection | None = None
    done: int = 0


class HttpFeed:
    """One epoch's worth of ranges and their connections."""

    def __init__(
        self, store: HttpStore, sink: Sink, splice: Splice, check: Callable[[], None]
    ) -> None:
        self._store, self._sink, self._splice, self._check = store, sink, splice, check
        self._idle: list[Connection] = []
        self._flights: deque[_Flight] = deque()

    def run(self, parts: Iterable[Part]) -> None:
        try:
            for span in spans(parts, RANGE):
                self._flights.append(self._launched(span))
                if len(self._flights) >= CONNECTIONS:
                    self._land_first()
            while self._flights:
                self._land_first()
        finally:
            for flight in self._flights:
                if flight.connection:
                    flight.connection.close()
            for connection in self._idle:
                connection.close()

    def _launched(self, span: Span) -> _Flight:
        flight = _Flight(span)
        if isinstance(span.part, Object) and span.length:
            with contextlib.suppress(OSError):  # landing tries again, and complains
                self._ask(flight, span.part)
        return flight

    def _ask(self, flight: _Flight, found: Object) -> None:
        url = self._store.url(found)
        connection = self._idle.pop() if self._idle else _connected(url)
        try:
            span = flight.span
            left = span.length - flight.done
            connection.ask(url, span.start + flight.done, left, found.etag)
        except OSError:
            connection.close()
            raise
        flight.connection = connection

    def _land_first(self) -> None:
        """It stays in the queue until it has landed, so that whatever happens it is closed."""
        self._land(self._flights[0])
        self._flights.popleft()

    def _land(self, flight: _Flight) -> None:
        part = flight.span.part
        if isinstance(part, Value):
            self._sink.value(part.data)
            return
        if flight.span.first:
            self._sink.begin(part.size or 0, part.uri)
        attempt = 0
        while flight.done < flight.span.length:
            attempt += 1
            try:
                self._receive(flight, part)
            except OSError as error:
                self._drop(flight)
                if attempt == ATTEMPTS:
                    raise refusal(None, part.uri, error) from error
                if attempt > 1:  # the first may be a kept connection that had ended
                    self._store.sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 2))
        if flight.span.last:
            self._sink.end()

    def _receive(self, flight: _Flight, found: Object) -> None:
        """Take the rest of a flight; what broke it is an OSError, and `done` says how far."""
        if flight.connection is None:
            self._ask(flight, found)
        connection = flight.connection
        assert connection is not None
        head = self._patiently(connection.head)
        if head.status != 206 or head.total != found.size:
            self._refuse(connection, head, found)
        while flight.done < flight.span.length:
            count = min(BLOCK, flight.span.length - flight.done)
            moved = self._patiently(partial(self._splice, connection.fd, count))
            if not moved:
                raise ConnectionError("the answer ended early")
            flight.done += moved
        flight.connection = None
        self._idle.append(connection)

    def _refuse(self, connection: Connection, head: Head, found: Object) -> None:
        if head.status == 206:
            raise refusal("PreconditionFailed", found.uri, ConnectionError("another size"))
        if head.status == 200:
            raise ObjectError("NotImplemented", f"the endpoint of {found.uri} ignores ranges")
        length = min(int(head.headers.get("content-length", "0")), _LARGEST_ERROR)
        body = b""
        while len(body) < length:
            body += self._patiently(connection.take)
        named = _CODE.search(body)
        code = named[1].decode() if named else str(head.status)
        if passes(code):
            raise ConnectionError(code)
        raise refusal(code, found.uri, ConnectionError(code))

    def _drop(self, flight: _Flight) -> None:
        """Forget a broken connection, and idle ones, which may have broken with it."""
        for connection in (flight.connection, *self._idle):
            if connection:
                connection.close()
        flight.connection = None
        self._idle.clear()

    def _patiently(self, act: Callable[[], T]) -> T:
        """Wait for bytes as long as somebody wants them, but not for ever."""
        for _ in range(_SILENCE_SECONDS // PATIENCE_SECONDS):
            try:
                return act()
            except BlockingIOError:
                self._check()
        raise TimeoutError(f"the store was silent for {_SILENCE_SECONDS} s")


def _connected(url: SplitResult) -> Connection:
    return Connection(url.hostname or "", url.port or 80)
