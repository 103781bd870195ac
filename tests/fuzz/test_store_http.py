"""The object store's server against clients that speak no proper HTTP."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.server import ObjectServer
from tests.fuzz.profile import fuzzing
from tests.fuzz.reader import FUZZED
from tests.fuzz.sockets import exchanges, left, sent

_LINES = (
    *(
        b"GET /data HTTP/1.1",
        b"GET /data/k HTTP/1.1",
        b"HEAD /data/k HTTP/1.1",
        b"PUT /data/n HTTP/1.1",
    ),
    *(
        b"POST /data?delete HTTP/1.1",
        b"POST /data/n?uploads HTTP/1.1",
        b"PUT /data/%2e%2e/x HTTP/1.1",
    ),
    *(
        b"PUT /data/n?partNumber=\xb2&uploadId=" + b"a" * 32 + b" HTTP/1.1",
        b"GET /data?list-type=2&max-keys=-1 HTTP/1.1",
    ),
    *(
        b"GET /data?continuation-token=%ff HTTP/1.1",
        b"GET /data?max-keys=" + b"9" * 5000 + b" HTTP/1.1",
    ),
    *(b"GET /data/k?response-a%0d%0aSet-Cookie:b=c HTTP/1.1", b"GET /../../etc/passwd HTTP/1.1"),
    *(
        b"POST /data/n?uploadId=../../x HTTP/1.1",
        b"GET /data/n?uploadId=a&part-number-marker=\xb2 HTTP/1.1",
    ),
    *(
        b"PUT /" + b"b" * 300 + b" HTTP/1.1",
        b"DELETE /data/gone HTTP/1.1",
        b"GET /data/k/ HTTP/1.1",
    ),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    folder = ObjectFolder(tmp_path_factory.mktemp("fuzz") / "s3")
    folder.create_bucket("data")
    folder.put("data", "k", b"value")
    with ObjectServer(folder) as running:
        yield running


def _serves(server: ObjectServer) -> None:
    reply = sent(
        server.port, [b"GET /data/k HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"]
    )
    assert reply.status == 200 and reply.data.endswith(b"\r\n\r\nvalue")


@fuzzing
@given(exchanges(_LINES), st.booleans())
def test_whatever_is_sent_the_store_goes_on(
    server: ObjectServer, pieces: list[bytes], waits: bool
) -> None:
    def check() -> None:
        if waits:
            reply = sent(server.port, pieces)
            assert b"\nSet-Cookie" not in reply.data and b"\rSet-Cookie" not in reply.data
            assert reply.status is None or 100 <= reply.status < 500 or reply.status == 501
        else:
            left(server.port, pieces)
        _serves(server)

    FUZZED.reads("HTTP of the store", check)


_REFUSED = {
    "no request": b"hello\r\n\r\n",
    "a length below 0": b"PUT /data/n HTTP/1.1\r\nContent-Length: -1\r\n\r\nx",
    "a length of thousands of digits": b"PUT /data/n HTTP/1.1\r\nContent-Length: " + b"9" * 5000,
    "a length in letters": b"PUT /data/n HTTP/1.1\r\nContent-Length: five\r\n\r\nx",
    "a broken URL": b"GET //[ HTTP/1.1\r\n\r\n",
    "a chunk below 0": b"PUT /data/n HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n",
    "endless trailers": b"PUT /data/n HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    + b"a: b\r\n" * 60,
    "another page's request": b"POST /data?delete HTTP/1.1\r\nOrigin: http://a.example\r\n\r\n",
    "another name for this machine": b"GET /data/k HTTP/1.1\r\nHost: rebound.example\r\n\r\n",
    "a head without an end": b"DELETE /data/k HTTP/1.1\r\nHost: localhost\r\n",
    "a part that is no number": b"PUT /data/n?partNumber=%C2%B2&uploadId=x HTTP/1.1\r\n"
    b"Content-Length: 1\r\n\r\nx",
}


@pytest.mark.parametrize("name", _REFUSED)
def test_a_bad_request_is_refused_and_changes_nothing(server: ObjectServer, name: str) -> None:
    reply = sent(server.port, [_REFUSED[name]])
    assert reply.status is not None and 400 <= reply.status < 500, reply.data
    assert sent(server.port, [b"HEAD /data/n HTTP/1.1\r\n\r\n"]).status == 404
    _serves(server)


def test_slow_clients_do_not_hold_up_others(server: ObjectServer) -> None:
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(30)]
    try:
        for number, client in enumerate(slow):
            client.sendall(b"PUT /data/slow HTTP/1.1\r\nContent-Length: 9\r\n\r\n"[: 3 + number])
        _serves(server)
    finally:
        for client in slow:
            client.close()
    _serves(server)


def test_a_header_that_is_asked_for_stays_one_header(server: ObjectServer) -> None:
    target = b"/data/k?response-x%0d%0aEvil:1=a%0d%0aEvil:2"
    reply = sent(server.port, [b"GET " + target + b" HTTP/1.1\r\n\r\n"])
    names = [line.partition(b":")[0] for line in reply.data.split(b"\r\n\r\n")[0].split(b"\r\n")]
    assert b"Evil" not in names and reply.status == 200


def test_a_record_that_is_damaged_is_no_record(tmp_path: Path) -> None:
    folder = ObjectFolder(tmp_path)
    folder.create_bucket("data")
    folder.put("data", "k", b"x")
    for record in (tmp_path / "data" / "records").rglob("*"):
        for damaged in ("[]", "{", '{"file": 1}', "", '"a"'):
            record.write_text(damaged, encoding="utf-8")
            assert folder.head("data", "k").size == 1
