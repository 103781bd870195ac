"""The socket between the pool and one worker: frames of a JSON header and the bodies in a row.

A protocol rather than streams and tasks, because what stands between a client and the handler is
measured in tenths of a millisecond.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

_LENGTHS = struct.Struct("!II")

Frame = tuple[Mapping[str, Any], bytes]


class Wire(asyncio.Protocol):
    """One frame is awaited at a time; `frame` is it, or ConnectionError once the worker is gone."""

    def __init__(self) -> None:
        self.frame: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        if not self.frame.done():
            self.frame.set_exception(ConnectionResetError("the worker hung up"))
            self.frame.exception()  # it may be that nobody waits

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) < _LENGTHS.size:
            return
        head, size = _LENGTHS.unpack_from(self._buffer)
        begin = _LENGTHS.size + head
        if len(self._buffer) < begin + size or self.frame.done():
            return
        header = json.loads(self._buffer[_LENGTHS.size : begin])
        body = bytes(self._buffer[begin : begin + size])
        del self._buffer[: begin + size]
        self.frame.set_result((header, body))

    def send(self, header: Mapping[str, Any], bodies: Sequence[bytes]) -> asyncio.Future[Frame]:
        """The future of the answer."""
        if self._transport is None:
            raise ConnectionResetError("the worker has hung up")
        self.frame = asyncio.get_running_loop().create_future()
        head = json.dumps({**header, "sizes": [len(body) for body in bodies]}).encode()
        lengths = _LENGTHS.pack(len(head), sum(len(body) for body in bodies))
        self._transport.write(b"".join((lengths, head, *bodies)))
        return self.frame

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def parts(body: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The bodies of a frame, one each."""
    if len(sizes) == 1:
        return [body]
    found, at = [], 0
    for size in sizes:
        found.append(body[at : at + size])
        at += size
    return found
