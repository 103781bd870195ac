"""Just enough HTTP/1.1: requests from a socket, answers to it, files by sendfile."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from io import BufferedReader
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit

from awsml.storage.errors import ObjectError
from awsml.storage.server.conditions import Conditions

_LONGEST_LINE = 32_768
_MOST_HEADERS = 200
_LENGTH = re.compile(r"[0-9]{1,18}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# A page in a browser can send requests to loopback, under a name that it has pointed there. Only
# addresses and names that nobody can register are taken for this machine.
_HERE = re.compile(
    r"(?:[0-9.]+|\[[0-9a-f:]+\]|(?:[a-z0-9.-]+\.)?localhost|[a-z0-9-]*|host\.docker\.internal)"
    r"(?::\d+)?"
)
_SLICE = 32 * 2**20  # bytes given to one sendfile call
_SLOW_SLICE = 256 * 2**10  # the same on a connection with a speed limit


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `body` is read from `stream` by whoever wants it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    stream: BufferedReader[Any]
    connection: socket.socket

    @property
    def keeps_open(self) -> bool:
        return self.headers.get("connection", "").lower() != "close"

    @property
    def has_body(self) -> bool:
        length = self.headers.get("content-length", "0")
        return length != "0" or "transfer-encoding" in self.headers


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a file, to be sent as it is when the answer goes out."""

    file: BinaryIO
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and a body: bytes, or a span of a file."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Span = b""
    length: int | None = None  # of the body that a HEAD does not get


def requests(connection: socket.socket) -> Iterator[Request]:
    """The requests of one connection, until either side ends it."""
    with BufferedReader(connection.makefile("rb", 0), 2**16) as stream:
        while True:
            line = stream.readline(_LONGEST_LINE)
            if not line:
                return
            if line in (b"\r\n", b"\n"):
                continue
            request = _request(line, stream, connection)
            yield request
            if not request.keeps_open:
                return


def _request(line: bytes, stream: BufferedReader[Any], connection: socket.socket) -> Request:
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise ObjectError("BadRequest", "this is no HTTP/1.1 request")
    try:
        target = urlsplit(words[1])
        path = unquote(target.path, errors="strict")
        query = dict(parse_qsl(target.query, keep_blank_values=True, errors="strict"))
    except ValueError as error:  # UnicodeDecodeError among them
        raise ObjectError("InvalidURI", "the address is no URL in UTF-8") from error
    headers = _headers(stream)
    if not _LENGTH.fullmatch(headers.get("content-length", "0")):
        raise ObjectError("BadRequest", "Content-Length is no number of bytes")
    if "origin" in headers or not _HERE.fullmatch(headers.get("host", "localhost").lower()):
        raise ObjectError("AccessDenied", "this store does not answer to web pages")
    return Request(words[0].upper(), path, query, headers, stream, connection)


def _headers(stream: BufferedReader[Any]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MOST_HEADERS):
        line = stream.readline(_LONGEST_LINE)
        if line in (b"\r\n", b"\n"):
            return headers
        if not line.endswith(b"\n"):  # cut off: what was asked for is not known
            raise ObjectError("BadRequest", "a header without an end")
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = _CONTROL.sub(" ", value.strip())
    raise ObjectError("BadRequest", f"more than {_MOST_HEADERS} headers")


def send(request: Request, answer: Answer, conditions: Conditions, cut: bool = False) -> None:
    """Write an answer. `cut` breaks the connection half-way through the body."""
    if conditions.first_byte_seconds:
        time.sleep(conditions.first_byte_seconds)
    body = answer.body
    length = body.length if isinstance(body, Span) else len(body)
    head = _head(answer, length if answer.length is None else answer.length, request.keeps_open)
    if isinstance(body, Span):
        _send_file(request.connection, head, body, conditions, length // 2 if cut else length)
    elif request.method == "HEAD":
        request.connection.sendall(head)
    else:
        request.connection.sendall(head + (body[: length // 2] if cut else body))


def _head(answer: Answer, length: int, keeps_open: bool) -> bytes:
    status = HTTPStatus(answer.status)
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Date: {formatdate(usegmt=True)}",
        "Server: awsml",
        *(_CONTROL.sub(" ", f"{name}: {value}") for name, value in answer.headers.items()),
    ]
    if answer.status != 204:
        lines.append(f"Content-Length: {length}")
    if not keeps_open:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def _send_file(
    connection: socket.socket, head: bytes, span: Span, conditions: Conditions, length: int
) -> None:
    with span.file as file:
        connection.sendall(head, socket.MSG_MORE if hasattr(socket, "MSG_MORE") else 0)
        rate = conditions.connection_bytes_per_second
        began = time.monotonic()
        sent = 0
        while sent < length:
            count = min(length - sent, _SLOW_SLICE if rate else _SLICE)
            moved = os.sendfile(connection.fileno(), file.fileno(), span.start + sent, count)
            if not moved:
                raise ConnectionAbortedError("the file shrank while it was sent")
            sent += moved
            if rate:
                time.sleep(max(0.0, began + sent / rate - time.monotonic()))
