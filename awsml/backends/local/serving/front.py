"""The door of a local endpoint: HTTP on loopback, by SageMaker's contract.

`/ping` and `/invocations` are what a container answers; `/endpoints/NAME/invocations` is what the
runtime API answers, so that boto3's invoke_endpoint works with `endpoint_url`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from awsml.backends.local.serving.invocation import Answer, Invocation, Server, problem

_LONGEST_HEAD = 65_536
_PASSED_ON = "x-amzn-sagemaker-"  # InvokeEndpoint's own headers; a container sees no others
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    424: "Failed Dependency",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
_LENGTH = re.compile(r"[0-9]{1,18}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# A web page can send requests to loopback, under a name of its own that it has pointed there.
_HERE = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
_LINGER_SECONDS = 2.0
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    fields: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Counts:
    """What the endpoint has done so far."""

    requests: int = 0
    errors: int = 0
    last: float | None = None


@dataclass(slots=True)
class Front:
    """Routes requests to the server behind it, and counts."""

    name: str
    variant: str
    server: Server
    largest_body: int
    clock: Callable[[], float] = time.time
    counts: Counts = field(default_factory=Counts)

    async def answer(self, request: Request) -> Answer:
        if request.path == "/ping":
            return await self._ping()
        if request.method != "POST":
            return problem(405, f"{request.method} is not answered here; send a POST")
        if request.path == "/invocations":
            return await self._invoked(request)
        if request.path == "/awsml/batch":
            return self._batched(request.body)
        steps = request.path.split("/")
        if len(steps) == 4 and (steps[1], steps[3]) == ("endpoints", "invocations"):
            return await self._by_runtime(unquote(steps[2]), request)
        return problem(404, "paths are /ping, /invocations and /endpoints/NAME/invocations")

    def refused(self, path: str, size: int) -> Answer | None:
        """A body above the limit is not even read."""
        if size <= self.largest_body:
            return None
        told = f"a request of {size} bytes is above the limit of {self.largest_body}"
        self.counts.requests += 1
        self.counts.errors += 1
        if path.startswith("/endpoints/"):
            return _runtime_error(413, "ValidationError", told)
        return problem(413, told)

    async def _ping(self) -> Answer:
        if await self.server.healthy():
            return Answer(200, "application/json", b"")
        return problem(503, "the model is not healthy")

    def _batched(self, body: bytes) -> Answer:
        """awsml's own: the most requests in a batch from now on, for a sweep over sizes."""
        if not (body.isdigit() and len(body) <= 6 and self.server.batched(int(body))):
            return problem(400, "batches need `serving.batch` above 1, and a size from 1")
        return Answer(200, "application/json", b"{}")

    async def _invoked(self, request: Request) -> Answer:
        fields = request.fields
        kept = [(name, value) for name, value in fields.items() if name.startswith(_PASSED_ON)]
        self.counts.requests += 1
        self.counts.last = self.clock()
        answer = await self.server.invoke(
            Invocation(
                request.body,
                fields.get("content-type", "application/octet-stream"),
                fields.get("accept", "*/*"),
                tuple(kept),
            )
        )
        self.counts.errors += answer.status >= 400
        return answer

    async def _by_runtime(self, name: str, request: Request) -> Answer:
        """The runtime API in front of the container: its own names for what goes wrong."""
        if name != self.name:
            told = f"Endpoint {name} not found; this is {self.name}."
            return _runtime_error(400, "ValidationError", told)
        answer = await self._invoked(request)
        if answer.status < 400:
            variant = ("x-Amzn-Invoked-Production-Variant", self.variant)
            kept = (variant, *answer.attributes)
            return Answer(answer.status, answer.content_type, answer.body, kept)
        text = answer.body.decode("utf-8", "replace")
        return _runtime_error(
            424,
            "ModelError",
            f'Received server error ({answer.status}) from primary with message "{text}".',
            OriginalStatusCode=answer.status,
            OriginalMessage=text,
        )


def _runtime_error(status: int, kind: str, message: str, **more: object) -> Answer:
    body = json.dumps({"Message": message, **more}).encode()
    return Answer(status, "application/json", body, (("x-amzn-ErrorType", kind),))


class Connection(asyncio.Protocol):
    """One client: requests in a row, each answered before the next is read."""

    def __init__(self, front: Front, open_ones: set[Connection]) -> None:
        self._front, self._open = front, open_ones
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._head: tuple[str, str, dict[str, str], int] | None = None
        self._busy: asyncio.Task[None] | None = None
        self._refused = False
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        self._open.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._buffer += data
        if self._busy is None:
            self._next()
        elif len(self._buffer) > _LONGEST_HEAD and self._transport is not None:
            self._transport.pause_reading()  # who sends on without waiting waits in the kernel

    def eof_received(self) -> bool:
        """Who has said everything may still wait for the answer: True keeps the other way open."""
        self._ended = True
        return self._busy is not None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _next(self) -> None:
        """Start on a request once it is complete."""
        if self._head is None:
            self._read_head()
        if self._head is None:
            return
        method, path, fields, size = self._head
        if len(self._buffer) < size:
            return
        body = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._head = None
        request = Request(method, path, fields, body)
        self._busy = asyncio.ensure_future(self._serve(request))
        self._busy.add_done_callback(self._hang_up_if_broken)

    def _read_head(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > _LONGEST_HEAD:
                self._refuse(problem(400, "the head of the request is too long"))
            return
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        words = lines[0].split(" ")
        if len(words) != 3 or any(_CONTROL.search(line) for line in lines):
            self._refuse(problem(400, "this is no HTTP request"))
            return
        fields = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }
        self._take_head(words[0], words[1].partition("?")[0], fields)

    def _take_head(self, method: str, path: str, fields: dict[str, str]) -> None:
        if _of_web_page(fields):
            self._refuse(Answer(403, "text/plain", b"this endpoint does not answer to web pages\n"))
            return
        length = fields.get("content-length", "0")
        if "transfer-encoding" in fields or not _LENGTH.fullmatch(length):
            self._refuse(problem(411, "send the body with a Content-Length"))
            return
        refused = self._front.refused(path, int(length))
        if refused is not None:
            self._refuse(refused)
            return
        if fields.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(_CONTINUE)
        self._head = (method, path, fields, int(length))

    def _refuse(self, answer: Answer) -> None:
        """Answer and hang up: what follows in the stream cannot be trusted.

        Closed with bytes unread, a connection is reset and the answer lost: they are read first.
        """
        self._refused = True
        self._buffer.clear()
        self._write(answer, keep=False)
        if self._transport is not None:
            self._transport.write_eof()
            asyncio.get_running_loop().call_later(_LINGER_SECONDS, self.close)

    async def _serve(self, request: Request) -> None:
        answer = await self._front.answer(request)
        keep = request.fields.get("connection", "").lower() != "close"
        self._write(answer, keep)
        self._busy = None
        if keep and self._transport is not None:
            self._transport.resume_reading()
        if keep and self._buffer:
            self._next()
        if not keep or (self._ended and self._busy is None):
            self.close()

    def _hang_up_if_broken(self, done: asyncio.Task[None]) -> None:
        """A client must not wait for an answer that nobody is making any more."""
        if not done.cancelled() and done.exception() is not None:
            self.close()

    def _write(self, answer: Answer, keep: bool) -> None:
        if self._transport is None:
            return
        heads = [
            f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Status')}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {len(answer.body)}",
            *(f"{name}: {value}" for name, value in answer.attributes),
            *([] if keep else ["Connection: close"]),
        ]
        head = "\r\n".join(_CONTROL.sub(" ", line) for line in heads)
        self._transport.write(head.encode("latin-1", "replace") + b"\r\n\r\n" + answer.body)


def _of_web_page(fields: Mapping[str, str]) -> bool:
    """Browsers say where a page is from; a page of this very address is of this endpoint's user."""
    host = fields.get("host", "localhost")
    if _HERE.fullmatch(host) is None:
        return True
    return "origin" in fields and fields["origin"].lower() != f"http://{host}".lower()


@contextlib.asynccontextmanager
async def listening(front: Front, port: int) -> AsyncIterator[int]:
    """The port it listens on; 0 asks for any. OSError where it is taken."""
    loop, connections = asyncio.get_running_loop(), set[Connection]()
    server = await loop.create_server(lambda: Connection(front, connections), "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for connection in list(connections):
            connection.close()
