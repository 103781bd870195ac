"""A program that listens as a container does, on 8080 or SAGEMAKER_BIND_TO_PORT."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from awsml.backends.local.serving.invocation import Answer, Invocation, NeverHealthy, problem
from awsml.backends.local.serving.process import WORKER, Child, Say
from awsml.errors import BackendError

PING_SECONDS = 2.0
_LOOK_SECONDS = 0.1
# What a program that listens can do to whoever asks it.
_BROKEN = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError)
_HOST = "127.0.0.1"
_PORT = 8080


@dataclass(frozen=True, slots=True)
class ContainerTerms:
    """The command, where it listens, and how long it may take."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    port: int
    startup_seconds: float
    response_seconds: float


class Container:
    """The started program and the connections to it, which are kept and used again."""

    def __init__(self, terms: ContainerTerms, say: Say) -> None:
        self.terms = terms
        self._say = say
        self._child: Child | None = None
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    @property
    def gone(self) -> bool:
        return self._child is not None and not self._child.alive

    def batched(self, most: int) -> bool:
        return False

    async def start(self) -> None:
        """The program runs and has answered a ping with 200."""
        terms = self.terms
        environment = {**terms.environment, "SAGEMAKER_BIND_TO_PORT": str(terms.port)}
        command = [sys.executable, str(WORKER), "exec", *terms.command]
        self._child = await Child.started(
            command, "container", self._say, environment, terms.folder
        )
        end = asyncio.get_running_loop().time() + terms.startup_seconds
        while not await self.healthy():
            if not self._child.alive:
                await self._child.finish_reading()
                code = self._child.process.returncode
                raise NeverHealthy(f"the program ended with {code} before it answered a ping")
            if asyncio.get_running_loop().time() > end:
                told = f"no good ping within {terms.startup_seconds:g} s on port {terms.port}"
                raise NeverHealthy(told)
            await asyncio.sleep(_LOOK_SECONDS)

    async def healthy(self) -> bool:
        try:
            answer = await asyncio.wait_for(self._asked(b"GET /ping", [], b""), PING_SECONDS)
        except (TimeoutError, *_BROKEN):
            return False
        return answer.status == 200

    async def invoke(self, request: Invocation) -> Answer:
        heads = [("Content-Type", request.content_type), ("Accept", request.accept)]
        heads += request.attributes
        limit = self.terms.response_seconds
        try:
            asking = self._asked(b"POST /invocations", heads, request.body)
            return await asyncio.wait_for(asking, limit)
        except TimeoutError:
            return problem(504, f"the program did not answer within {limit:g} s")
        except _BROKEN as error:
            return problem(502, f"the program broke the connection: {error}")

    async def stop(self, grace_seconds: float) -> None:
        for _, writer in self._idle:
            writer.close()
        if self._child is not None:
            await self._child.end(grace_seconds)

    async def _asked(self, line: bytes, heads: Sequence[tuple[str, str]], body: bytes) -> Answer:
        reader, writer = await self._connection()
        lines = [f"{name}: {value}" for name, value in heads if value]
        lines += [f"Host: {_HOST}:{self.terms.port}", f"Content-Length: {len(body)}"]
        try:
            writer.write(line + b" HTTP/1.1\r\n" + "\r\n".join(lines).encode("latin-1"))
            writer.write(b"\r\n\r\n" + body)
            await writer.drain()
            answer, keep = await _read_answer(reader)
        except BaseException:
            writer.close()
            raise
        if keep:
            self._idle.append((reader, writer))
        else:
            writer.close()
        return answer

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(_HOST, self.terms.port)


async def _read_answer(reader: asyncio.StreamReader) -> tuple[Answer, bool]:
    """One HTTP answer, and whether the connection can be used again."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    version, _, rest = head[0].partition(" ")
    status = int(rest[:3])
    if not 100 <= status <= 599:
        raise ValueError(f"{status} is no status of HTTP")
    fields = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    keep = version == "HTTP/1.1" and fields.get("connection", "").lower() != "close"
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = await _chunked(reader)
    elif "content-length" in fields:
        body = await reader.readexactly(int(fields["content-length"]))
    else:
        body, keep = await reader.read(), False
    kept = [(n, v) for n, v in fields.items() if n.startswith("x-amzn-sagemaker-custom")]
    return Answer(status, fields.get("content-type", ""), body, tuple(kept)), keep


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while True:
        size = int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16)
        if size == 0:
            with contextlib.suppress(asyncio.IncompleteReadError):
                while await reader.readuntil(b"\r\n") != b"\r\n":
                    pass
            return b"".join(parts)
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)


def free_port() -> int:
    """8080, where containers listen by default, or any port where that is taken."""
    for port in (_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise BackendError("no port is free on this machine", hint="end what listens")
