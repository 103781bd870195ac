"""Request bodies in the forms that S3 clients send over TLS and from streams: chunks, trailers."""

from __future__ import annotations

import base64
import http.client
import zlib
from collections.abc import Callable

import pytest

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.server import ObjectServer

BODY = bytes(range(256)) * 1000
CRC = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
TRAILER = {
    "Content-Encoding": "aws-chunked",
    "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "X-Amz-Decoded-Content-Length": str(len(BODY)),
    "X-Amz-Trailer": "x-amz-checksum-crc32",
}


def chunked(body: bytes, size: int, trailer: str = "", extension: str = "") -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = [b"%x%s\r\n%s\r\n" % (len(part), extension.encode(), part) for part in parts]
    return b"".join([*chunks, b"0" + extension.encode() + b"\r\n", trailer.encode(), b"\r\n"])


@pytest.fixture
def put(serve: Callable[..., ObjectServer]) -> Callable[..., tuple[int, str]]:
    port = serve().port

    def send(sent: bytes, headers: dict[str, str], length: int | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.putrequest("PUT", "/data/k")
        for name, value in headers.items():
            connection.putheader(name, value)
        if "Transfer-Encoding" not in headers:
            connection.putheader("Content-Length", str(len(sent) if length is None else length))
        connection.endheaders(sent)
        if length is not None:
            connection.sock.shutdown(1)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    return send


@pytest.mark.parametrize("size", [1000, 65536, len(BODY)])
def test_an_aws_chunked_body_with_a_trailer_is_stored_without_its_frames(
    put: Callable[..., tuple[int, str]], folder: ObjectFolder, size: int
) -> None:
    sent = chunked(BODY, size, f"x-amz-checksum-crc32:{CRC}\r\n")
    assert put(sent, TRAILER) == (200, "")
    stored = folder.head("data", "k")
    assert stored.path.read_bytes() == BODY
    assert "content-encoding" not in stored.headers


def test_a_chunked_transfer_of_an_aws_chunked_body_is_undone_twice(
    put: Callable[..., tuple[int, str]], folder: ObjectFolder
) -> None:
    inner = chunked(BODY, 50_000, f"x-amz-checksum-crc32:{CRC}\r\n")
    sent = chunked(inner, 7_000)
    assert put(sent, {**TRAILER, "Transfer-Encoding": "chunked"})[0] == 200
    assert folder.head("data", "k").path.read_bytes() == BODY


def test_signed_chunks_are_read_and_a_coding_of_the_users_own_is_kept(
    put: Callable[..., tuple[int, str]], folder: ObjectFolder
) -> None:
    headers = {
        "Content-Encoding": "aws-chunked,gzip",
        "X-Amz-Content-SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    }
    assert put(chunked(BODY, 9_000, extension=";chunk-signature=abc"), headers)[0] == 200
    stored = folder.head("data", "k")
    assert (stored.size, stored.headers["content-encoding"]) == (len(BODY), "gzip")


def test_a_plain_chunked_transfer_is_read(
    put: Callable[..., tuple[int, str]], folder: ObjectFolder
) -> None:
    assert put(chunked(BODY, 9_000), {"Transfer-Encoding": "chunked"})[0] == 200
    assert folder.head("data", "k").size == len(BODY)


@pytest.mark.parametrize(
    ("sent", "headers", "code"),
    [
        (chunked(BODY, 999, "x-amz-checksum-crc32:AAAAAA==\r\n"), TRAILER, "BadDigest"),
        (b"nonsense\r\n", TRAILER, "IncompleteBody"),
        (BODY, {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, "BadDigest"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_not_stored(
    put: Callable[..., tuple[int, str]],
    folder: ObjectFolder,
    sent: bytes,
    headers: dict[str, str],
    code: str,
) -> None:
    status, text = put(sent, headers)
    assert (status, f"<Code>{code}</Code>" in text) == (400, True)
    assert list(folder.keys("data")) == []


@pytest.mark.parametrize("headers", [{}, TRAILER])
def test_a_body_that_ends_early_is_not_stored(
    put: Callable[..., tuple[int, str]], folder: ObjectFolder, headers: dict[str, str]
) -> None:
    sent = chunked(BODY, 9_000)[:-5_000] if headers else BODY[:-1]
    status, text = put(sent, headers, length=len(BODY) + 10_000)
    assert (status, "IncompleteBody" in text) == (400, True)
    assert list(folder.keys("data")) == []


def test_a_body_of_unknown_length_is_refused(put: Callable[..., tuple[int, str]]) -> None:
    status, text = put(b"", {"Transfer-Encoding": "identity"})
    assert (status, "MissingContentLength" in text) == (411, True)
