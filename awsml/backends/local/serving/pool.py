"""Worker processes that run the handlers: one request or batch each, restarted when they fall."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awsml.backends.local.serving.invocation import Answer, Invocation, NeverHealthy, problem
from awsml.backends.local.serving.process import WORKER, Child, Say

_LENGTHS = struct.Struct("!II")


@dataclass(frozen=True, slots=True)
class PoolTerms:
    """What the workers run, and how long they may take."""

    python: str
    script: Path
    model: Path
    environment: Mapping[str, str]
    workers: int
    startup_seconds: float
    response_seconds: float
    batch: int = 1
    wait_seconds: float = 0.01


@dataclass(slots=True)
class _Waiting:
    request: Invocation
    answer: asyncio.Future[Answer]


class WorkerPool:
    """A queue in front of workers. A worker that is late or dies is replaced."""

    def __init__(self, terms: PoolTerms, say: Say) -> None:
        self.terms = terms
        self.batch = terms.batch
        self._say = say
        self._queue: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._workers: dict[int, _Worker] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    @property
    def gone(self) -> bool:
        """Never: a worker that falls is replaced."""
        return False

    def batched(self, most: int) -> bool:
        if self.terms.batch == 1 or most < 1:
            return False
        self.batch = most
        return True

    async def start(self) -> None:
        """All workers loaded, or the reason of the first that cannot."""
        numbers = range(self.terms.workers)
        starting = [asyncio.ensure_future(self._started(number)) for number in numbers]
        try:
            await asyncio.gather(*starting)
        except NeverHealthy:
            for task in starting:
                task.cancel()
            await asyncio.gather(*starting, return_exceptions=True)
            raise
        self._tasks = [asyncio.ensure_future(self._work(number)) for number in numbers]

    async def healthy(self) -> bool:
        return any(worker.child.alive for worker in self._workers.values())

    async def invoke(self, request: Invocation) -> Answer:
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._arrived.set()
        return await waiting.answer

    async def stop(self, grace_seconds: float) -> None:
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        workers = list(self._workers.values())
        await asyncio.gather(*(worker.end(grace_seconds) for worker in workers))

    async def _started(self, number: int) -> None:
        self._workers[number] = worker = await _Worker.started(number, self.terms, self._say)
        try:
            await asyncio.wait_for(worker.ready(), self.terms.startup_seconds)
        except TimeoutError as error:
            raise NeverHealthy(
                f"model_fn was not done after {self.terms.startup_seconds:g} s"
            ) from error

    async def _work(self, number: int) -> None:
        """One worker's life: take what waits, answer it, be replaced when it falls."""
        while True:
            taken = await self._taken()
            try:
                await self._answered(self._workers[number], taken)
            except (ConnectionError, asyncio.IncompleteReadError, TimeoutError) as error:
                late = isinstance(error, TimeoutError)
                self._refuse(taken, late)
                await self._replace(number)

    async def _answered(self, worker: _Worker, taken: Sequence[_Waiting]) -> None:
        requests = [waiting.request for waiting in taken]
        limit = self.terms.response_seconds
        answers = await asyncio.wait_for(worker.asked(requests), limit)
        for waiting, answer in zip(taken, answers, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(answer)

    def _refuse(self, taken: Sequence[_Waiting], late: bool) -> None:
        limit = self.terms.response_seconds
        answer = (
            problem(504, f"the handler did not answer within {limit:g} s; its worker was ended")
            if late
            else problem(500, "the worker died while it answered")
        )
        for waiting in taken:
            if not waiting.answer.done():
                waiting.answer.set_result(answer)

    async def _replace(self, number: int) -> None:
        worker = self._workers[number]
        worker.child.kill()
        await worker.end(0.0)
        self._say("awsml", f"worker {number} is started again")
        while not self._stopping:
            try:
                await self._started(number)
                return
            except NeverHealthy as error:
                self._say("awsml", f"worker {number} does not start: {error}")
                await asyncio.sleep(1.0)

    async def _taken(self) -> list[_Waiting]:
        """The next request; with batches, those that come within the wait as well."""
        while not self._queue:
            self._arrived.clear()
            await self._arrived.wait()
        taken = [self._queue.popleft()]
        if self.batch == 1:
            return taken
        end = asyncio.get_running_loop().time() + self.terms.wait_seconds
        while len(taken) < self.batch:
            while self._queue and len(taken) < self.batch:
                taken.append(self._queue.popleft())
            left = end - asyncio.get_running_loop().time()
            if left <= 0 or len(taken) == self.batch:
                break
            self._arrived.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), left)
        return taken


class _Worker:
    """One process and its socket."""

    def __init__(
        self, child: Child, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.child, self._reader, self._writer = child, reader, writer

    @classmethod
    async def started(cls, number: int, terms: PoolTerms, say: Say) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            mode = "batched" if terms.batch > 1 else "single"
            words = [str(theirs.fileno()), str(terms.script), str(terms.model), mode]
            command = [terms.python, "-u", str(WORKER), *words]
            descriptors = [theirs.fileno()]
            name, folder = f"worker-{number}", terms.script.parent
            child = await Child.started(command, name, say, terms.environment, folder, descriptors)
        reader, writer = await asyncio.open_connection(sock=ours)
        return cls(child, reader, writer)

    async def ready(self) -> None:
        try:
            header, _ = await self._frame()
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            await self.child.process.wait()
            await self.child.finish_reading()
            code = self.child.process.returncode
            raise NeverHealthy(f"a worker ended with {code} before it was ready") from error
        if "failed" in header:
            await self.child.finish_reading()
            raise NeverHealthy(str(header["failed"]))

    async def asked(self, requests: Sequence[Invocation]) -> list[Answer]:
        heads = [{"content_type": r.content_type, "accept": r.accept} for r in requests]
        sizes = [len(request.body) for request in requests]
        header = json.dumps({"requests": heads, "sizes": sizes}).encode()
        self._writer.write(_LENGTHS.pack(len(header), sum(sizes)) + header)
        for request in requests:
            self._writer.write(request.body)
        await self._writer.drain()
        answer, body = await self._frame()
        answers, at = [], 0
        for head, size in zip(answer["answers"], answer["sizes"], strict=True):
            answers.append(Answer(head["status"], head["content_type"], body[at : at + size]))
            at += size
        return answers

    async def end(self, grace_seconds: float) -> None:
        self._writer.close()
        await self.child.end(grace_seconds)

    async def _frame(self) -> tuple[dict[str, Any], bytes]:
        head, size = _LENGTHS.unpack(await self._reader.readexactly(_LENGTHS.size))
        header = json.loads(await self._reader.readexactly(head))
        return header, await self._reader.readexactly(size)
