"""One connection of the load generator: HTTP/1.1 with as little work for each request as can be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

Done = Callable[["Client", float, str | None], None]  # itself, when the request was due, error

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Client(asyncio.Protocol):
    """Sends one request at a time and tells when its answer is whole."""

    def __init__(self, done: Done) -> None:
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._due: float | None = None
        self._status = ""
        self._left = -1  # bytes of the body to come; -1 before the head is whole
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @property
    def open(self) -> bool:
        return self._transport is not None

    def send(self, request: bytes, due: float) -> None:
        self._due = due
        if self._transport is None:
            self._finish("connection lost")
        else:
            self._transport.write(request)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        if self._due is not None:
            self._finish("connection lost")

    def data_received(self, data: bytes) -> None:
        if self._left < 0:
            data = self._head + data if self._head else data
            end = data.find(_END)
            if end < 0:
                self._head = data
                return
            self._left = self._begin(data[:end]) - (len(data) - end - 4)
            self._head = b""
        else:
            self._left -= len(data)
        if self._left <= 0:
            status = self._status
            self._finish(None if status.startswith("2") else status)

    def _begin(self, head: bytes) -> int:
        """The length of the body."""
        self._status = head[9:12].decode("latin-1")
        lower = head.lower()
        at = lower.find(_LENGTH)
        if at < 0:
            return 0
        return int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0])

    def _finish(self, error: str | None) -> None:
        due, self._due = self._due, None
        self._left = -1
        if due is not None:
            self._done(self, due, error)
