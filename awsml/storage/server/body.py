"""The body of a request as it was meant: aws-chunked and chunked undone, digests checked."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator
from io import BufferedReader, RawIOBase
from typing import Protocol

from awsml.storage.errors import ObjectError
from awsml.storage.server.http import Request

BLOCK = 2**20
_LONGEST_LINE = 8192
_MOST_TRAILERS = 50
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


# The checksums that the standard library can compute; others are taken on trust.
_DIGESTS: dict[str, Callable[[], _Digest]] = {
    "content-md5": lambda: hashlib.md5(usedforsecurity=False),
    "x-amz-checksum-crc32": _Crc32,
    "x-amz-checksum-sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "x-amz-checksum-sha256": hashlib.sha256,
}


def blocks(request: Request) -> Iterator[bytes]:
    """The body in blocks; after the last one, every digest that was sent has been checked."""
    trailers: dict[str, str] = {}
    wanted = {name: make() for name, make in _DIGESTS.items() if name in _announced(request)}
    if request.headers.get("expect", "").lower() == "100-continue":
        request.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    for block in _decoded(request, trailers):
        for digest in wanted.values():
            digest.update(block)
        yield block
    for name, digest in wanted.items():
        _compare(name, {**request.headers, **trailers}.get(name, ""), digest.digest())


def whole(request: Request, at_most: int) -> bytes:
    """A body that has to be small, such as a list of keys."""
    data = bytearray()
    for block in blocks(request):
        data += block
        if len(data) > at_most:
            raise ObjectError("MalformedXML", f"the body is larger than {at_most} bytes")
    return bytes(data)


def _announced(request: Request) -> set[str]:
    trailer = request.headers.get("x-amz-trailer", "").lower()
    return {*request.headers, *(name.strip() for name in trailer.split(","))}


def _decoded(request: Request, trailers: dict[str, str]) -> Iterator[bytes]:
    headers = request.headers
    stream = request.stream
    if headers.get("transfer-encoding", "").lower() == "chunked":
        stream = _unchunked(stream, trailers)
    elif "content-length" not in headers:
        raise ObjectError("MissingContentLength", "the request does not say how long its body is")
    payload = headers.get("x-amz-content-sha256", "")
    if "aws-chunked" in headers.get("content-encoding", "") or payload.startswith("STREAMING-"):
        stream = _unchunked(stream, trailers)
    if stream is request.stream:
        yield from _exactly(stream, int(headers["content-length"]))
    else:
        yield from iter(lambda: stream.read(BLOCK), b"")


def _exactly(stream: BufferedReader, length: int) -> Iterator[bytes]:
    while length:
        block = stream.read(min(BLOCK, length))
        if not block:
            raise _incomplete()
        length -= len(block)
        yield block


def _unchunked(stream: BufferedReader, trailers: dict[str, str]) -> BufferedReader:
    return BufferedReader(_Chunked(stream, trailers), BLOCK)


class _Chunked(RawIOBase):
    """A chunked body as a plain stream; HTTP's chunks and S3's signed ones look the same."""

    def __init__(self, stream: BufferedReader, trailers: dict[str, str]) -> None:
        self._stream, self._trailers = stream, trailers
        self._left = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._left and not self._ended:
            self._next_chunk()
        if self._ended:
            return 0
        count = self._stream.readinto(buffer[: self._left])
        if not count:
            raise _incomplete()
        self._left -= count
        if not self._left:
            self._stream.readline(_LONGEST_LINE)
        return count

    def _next_chunk(self) -> None:
        written = self._stream.readline(_LONGEST_LINE).split(b";")[0].strip()
        if not _CHUNK_SIZE.fullmatch(written):
            raise ObjectError("IncompleteBody", "the body is not chunked as it says")
        self._left = int(written, 16)
        if self._left == 0:
            self._ended = True
            self._read_trailers()

    def _read_trailers(self) -> None:
        for _ in range(_MOST_TRAILERS):
            line = self._stream.readline(_LONGEST_LINE)
            if line in (b"\r\n", b"\n", b""):
                return
            name, _, value = line.decode("latin-1").partition(":")
            self._trailers[name.strip().lower()] = value.strip()
        raise ObjectError("IncompleteBody", f"more than {_MOST_TRAILERS} trailers")


def _compare(name: str, sent: str, computed: bytes) -> None:
    if base64.b64encode(computed).decode() != sent:
        raise ObjectError("BadDigest", f"the body does not have the {name} that was sent")


def _incomplete() -> ObjectError:
    return ObjectError("IncompleteBody", "the connection ended before the body did")
