"""Answers of programs and services: other S3 endpoints, containers, git, describe calls."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml.aws.refusals import is_absent, refusal
from awsml.backends.local.serving.container import _BROKEN, _read_answer
from awsml.readers.described import request_of
from awsml.storage.connection import Connection
from tests.fuzz.profile import fuzzing
from tests.fuzz.reader import FUZZED
from tests.fuzz.texts import ODD, trees

_HEADS = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK", b"HTTP/1.1", b"", b"HTTP/1.1 abc", b"HTTP/1.1 -1", b"HTTP/1.1 99999"),
        *(b"Content-Length: 3", b"Content-Length: -3", b"Content-Length: x", b"x" * 70_000),
        *(b"Content-Range: bytes 0-1/\xb2", b"Content-Range: bytes 0-1/" + b"9" * 5000),
        *(b"Transfer-Encoding: chunked", b"Connection: close", b":", b"\xff: \xff"),
    ]
)
_BODIES = st.sampled_from([b"abc", b"", b"-1\r\nx", b"3\r\nabc\r\n0\r\n\r\n", b"zz\r\n", b"9" * 99])
_ANSWERS = st.builds(
    lambda first, heads, end, body: b"\r\n".join([first, *heads]) + end + body,
    st.one_of(st.just(b"HTTP/1.1 200 OK"), _HEADS),
    st.lists(_HEADS, max_size=3),
    st.sampled_from([b"\r\n\r\n", b"\r\n\r\n", b"\r\n", b""]),
    st.one_of(_BODIES, st.binary(max_size=20)),
)


@fuzzing
@given(_ANSWERS)
def test_the_answer_of_a_container_is_read_or_broken(data: bytes) -> None:
    async def read() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        try:
            answer, _ = await _read_answer(reader)
            assert 100 <= answer.status <= 599
        except _BROKEN:
            pass

    FUZZED.reads("answers of containers", lambda: asyncio.run(read()))


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        yield listener


@fuzzing
@given(_ANSWERS)
def test_the_answer_of_an_endpoint_is_a_head_or_broken(pair: socket.socket, data: bytes) -> None:
    def check() -> None:
        client = Connection(*pair.getsockname())
        try:
            server, _ = pair.accept()
            with server:
                server.sendall(data)
            head = client.head()
            assert 100 <= head.status <= 599
            assert head.total is None or head.total >= 0
        except ConnectionError:
            pass
        finally:
            client.close()

    FUZZED.reads("answers of S3 endpoints", check)


@fuzzing
@given(
    st.sampled_from(["ResourceLimitExceeded", "ValidationException", "AccessDenied", "x"]),
    st.one_of(
        ODD,
        st.builds(
            "The account-level service limit '{}' is {} Instances, with current utilization of {}"
            " Instances and a request delta of {} Instances.".format,
            ODD,
            ODD,
            ODD,
            ODD,
        ),
    ),
)
def test_a_refusal_of_aws_is_one_error(code: str, detail: str) -> None:
    def check() -> None:
        error = refusal(code, detail, "CreateTrainingJob")
        assert error.message and error.slug
        is_absent(error)

    FUZZED.reads("refusals of AWS", check)


_NAMES = ("TrainingJobName", "ResourceConfig", "InputDataConfig", "Tags", "HyperParameters")


@fuzzing
@given(st.dictionaries(st.sampled_from(_NAMES), trees(_NAMES), max_size=5))
def test_a_description_becomes_a_request(described: dict[str, object]) -> None:
    def check() -> None:
        json.dumps(request_of("sagemaker:CreateTrainingJob", described))

    FUZZED.reads("descriptions", check)
