"""The door of a local endpoint against clients that speak no proper HTTP."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml.backends.local.serving.invocation import Answer, Invocation
from awsml.backends.local.serving.thread import Serving
from tests.fuzz.profile import fuzzing
from tests.fuzz.reader import FUZZED
from tests.fuzz.sockets import exchanges, left, sent

_LINES = (
    *(b"GET /ping HTTP/1.1", b"POST /invocations HTTP/1.1", b"POST /awsml/batch HTTP/1.1"),
    *(b"POST /endpoints/e/invocations HTTP/1.1", b"POST /endpoints/%ff/invocations HTTP/1.1"),
    *(b"POST /endpoints/e/invocations/../x HTTP/1.1", b"PUT /invocations?a=b HTTP/1.1"),
)
_LARGEST = 1000


class Echo:
    """Answers with the body, under the type that was asked for, whatever that is."""

    gone = False

    def batched(self, most: int) -> bool:
        return True

    async def start(self) -> None: ...

    async def healthy(self) -> bool:
        return True

    async def invoke(self, request: Invocation) -> Answer:
        return Answer(200, request.accept + "\u2028\r\nEvil: 1", request.body)

    async def stop(self, grace_seconds: float) -> None: ...


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    serving = Serving(lambda say: Echo(), "e", "v", 0, _LARGEST)
    serving.start()
    try:
        yield serving.port.result(20)
    finally:
        serving.stop(0.0)
        serving.join(20)


def _serves(port: int) -> None:
    ask = b"POST /invocations HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    reply = sent(port, [ask])
    assert reply.status == 200 and reply.data.endswith(b"\r\n\r\nok")


@fuzzing
@given(exchanges(_LINES), st.booleans())
def test_whatever_is_sent_the_endpoint_goes_on(port: int, pieces: list[bytes], waits: bool) -> None:
    def check() -> None:
        if waits:
            reply = sent(port, pieces)
            assert b"\nEvil" not in reply.data
            assert reply.status is None or reply.status < 500
        else:
            left(port, pieces)
        _serves(port)

    FUZZED.reads("HTTP of the endpoint", check)


_REFUSED = {
    "no request": b"hello\r\n\r\n",
    "a length below 0": b"POST /invocations HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "a length of thousands of digits": b"POST /invocations HTTP/1.1\r\nContent-Length: "
    + b"9" * 5000
    + b"\r\n\r\n",
    "more than it may be": b"POST /invocations HTTP/1.1\r\nContent-Length: 1001\r\n\r\n",
    "chunks": b"POST /invocations HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a line break in a header": b"POST /invocations HTTP/1.1\r\nAccept: a\nEvil: 1\r\n\r\n",
    "a batch of thousands of digits": b"POST /awsml/batch HTTP/1.1\r\nContent-Length: 900\r\n\r\n"
    + b"9" * 900,
    "a head without an end": b"A" * 70_000,
}


@pytest.mark.parametrize("name", _REFUSED)
def test_a_bad_request_is_refused(port: int, name: str) -> None:
    reply = sent(port, [_REFUSED[name]])
    assert reply.status is not None and 400 <= reply.status < 500, reply.data
    _serves(port)


def _from(port: int, host: str, origin: str | None) -> bytes:
    heads = [b"POST /invocations HTTP/1.1", b"Content-Length: 2", b"Connection: close"]
    heads.append(f"Host: {host}".replace("PORT", str(port)).encode())
    if origin is not None:
        heads.append(f"Origin: {origin}".replace("PORT", str(port)).encode())
    return sent(port, [b"\r\n".join(heads) + b"\r\n\r\nok"]).data


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("rebound.example:PORT", None),
        ("rebound.example:PORT", "http://rebound.example:PORT"),
        ("127.0.0.1.example:PORT", None),
        ("0.0.0.0:PORT", None),
        ("", None),
        ("127.0.0.1:PORT", "http://evil.example"),
        ("127.0.0.1:PORT", "http://127.0.0.1:1"),
        ("localhost:PORT", "http://127.0.0.1:PORT"),
        ("localhost:PORT", "https://localhost:PORT"),
        ("localhost:PORT", "null"),
        ("localhost:PORT", ""),
    ],
)
def test_a_page_in_a_browser_is_refused(port: int, host: str, origin: str | None) -> None:
    told = _from(port, host, origin)
    assert told.startswith(b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n")
    assert told.endswith(b"\r\n\r\nthis endpoint does not answer to web pages\n")
    _serves(port)


@pytest.mark.parametrize("host", ["localhost:PORT", "127.0.0.1:PORT", "[::1]:PORT", "LocalHost"])
@pytest.mark.parametrize("same", [False, True])
def test_a_client_of_this_machine_is_answered(port: int, host: str, same: bool) -> None:
    assert _from(port, host, f"http://{host}" if same else None).endswith(b"\r\n\r\nok")


def test_slow_clients_do_not_hold_up_others(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(30)]
    try:
        for number, client in enumerate(slow):
            client.sendall(b"POST /invocations HTTP/1.1\r\nContent-Length: 9\r\n\r\n"[: 3 + number])
        _serves(port)
    finally:
        for client in slow:
            client.close()
    _serves(port)
