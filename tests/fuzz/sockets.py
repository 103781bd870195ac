"""Raw bytes for a server that listens, and what it did about them."""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Reply:
    """All that came back; `ended` says that the server hung up, or answered and waits for more."""

    data: bytes

    @property
    def status(self) -> int | None:
        words = self.data.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").split(None, 2)
        return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/1.") else None


def sent(port: int, pieces: Sequence[bytes]) -> Reply:
    """Sends, closes its own side, and reads until the server closes too; TimeoutError if not."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as client:
        _send(client, pieces)
        data = b""
        with contextlib.suppress(ConnectionError):
            while block := client.recv(65_536):
                data += block
        return Reply(data)


def left(port: int, pieces: Sequence[bytes]) -> None:
    """Sends, and goes without waiting, with a reset."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        _send(client, pieces)


def _send(client: socket.socket, pieces: Sequence[bytes]) -> None:
    """As far as the server lets it: one that has heard enough hangs up."""
    try:
        for piece in pieces:
            client.sendall(piece)
        client.shutdown(socket.SHUT_WR)
    except TimeoutError:
        raise
    except OSError:
        return


_LINES = (
    *(
        b"",
        b" ",
        b"GET",
        b"GET /",
        b"GET / HTTP/1.1",
        b"GET / HTTP/9.9",
        b"get / http/1.1",
        b"\x16\x03\x01",
    ),
    *(
        b"GET //[ HTTP/1.1",
        b"GET /%ff HTTP/1.1",
        b"GET http://[::1/ HTTP/1.1",
        b"GET /\x00 HTTP/1.1",
    ),
    *(
        b"POST " + b"/a" * 20_000 + b" HTTP/1.1",
        b"A" * 70_000,
        b"PRI * HTTP/2.0",
        b"GET  /  HTTP/1.1",
    ),
    *(b"OPTIONS * HTTP/1.1", b"TRACE / HTTP/1.1", b"GET / HTTP/1.1 x", b"GET\t/\tHTTP/1.1"),
)
_HEADS = (
    *(
        b"Host: 127.0.0.1",
        b"Host: evil.example",
        b"Origin: http://evil.example",
        b": x",
        b"a",
        b" a: b",
    ),
    *(b"Content-Length: -1", b"Content-Length: " + b"9" * 30, b"Content-Length: " + b"9" * 5000),
    *(b"Content-Length: 5", b"Content-Length: +5", b"Content-Length: 0x5", b"Content-Length: \xb2"),
    *(
        b"Content-Length: 1, 2",
        b"Content-Length: ",
        b"Transfer-Encoding: chunked",
        b"Connection: close",
    ),
    *(
        b"Transfer-Encoding: gzip, chunked",
        b"Expect: 100-continue",
        b"Range: bytes=-0",
        b"X: a\x00b\rc",
    ),
    *(
        b"Range: bytes=" + b"9" * 5000 + b"-",
        b"Range: bytes=5-2",
        b"Range: items=\xb2-",
        b'If-Match: "',
    ),
    *(
        b"x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        b"Content-Encoding: aws-chunked",
    ),
    *(b"x-amz-trailer: x-amz-checksum-crc32", b"Content-MD5: !!", b"x-amz-copy-source: /%ff/%00"),
    *(
        b"x-amz-meta-a: b\rSet-Cookie: c",
        b"Accept: a\nX: b",
        b"Content-Type: \xff",
        b"H: " + b"x" * 40_000,
    ),
)
_BODIES = (
    *(
        b"",
        b"x",
        b"12345",
        b"-5\r\nabc\r\n",
        b"5\r\nab",
        b"zz\r\n",
        b"0\r\n\r\n",
        b"0\r\n" + b"a: b\r\n" * 99,
    ),
    *(
        b"ffffffffffffffffffff\r\nabc",
        b"5;a=b\r\n12345\r\n0\r\nx: y\r\n\r\n",
        b"\xb2\r\n",
        b"<" * 3000,
    ),
    *(
        b"<a><b/></a>",
        b"<Delete><Object><Key>a</Key></Object></Delete>",
        b"<!DOCTYPE a [",
        b"\x00" * 300,
    ),
    *(
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d><Object><Key>&x;</Key></Object></d>',
    ),
    *(b"GET / HTTP/1.1\r\n\r\n" * 20, b"9" * 5000, b"{" * 3000),
)


def exchanges(lines: Sequence[bytes]) -> st.SearchStrategy[list[bytes]]:
    """What a client sends, cut into pieces anywhere; `lines` are good request lines."""
    line = st.one_of(
        st.sampled_from([*_LINES, *lines]), st.sampled_from(lines), st.binary(max_size=40)
    )
    heads = st.lists(st.one_of(st.sampled_from(_HEADS), st.binary(max_size=20)), max_size=4)
    body = st.one_of(st.sampled_from(_BODIES), st.binary(max_size=60))
    ends = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"])
    whole = st.builds(_written, line, heads, body, ends)
    return st.builds(_cut, whole, st.lists(st.integers(0, 400), max_size=3))


def _written(line: bytes, heads: Sequence[bytes], body: bytes, end: bytes) -> bytes:
    return end.join([line, *heads, b"", body])


def _cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    spots = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(spots)]
