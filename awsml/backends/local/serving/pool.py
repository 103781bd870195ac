"""Worker processes that run the handlers: one request or batch each, restarted when they fall."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awsml.backends.local.serving.invocation import Answer, Invocation, NeverHealthy, problem
from awsml.backends.local.serving.process import WORKER, Child, Say
from awsml.backends.local.serving.wire import Frame, Wire, parts

_AGAIN_SECONDS = 1.0


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


@dataclass(slots=True, eq=False)
class _Waiting:
    request: Invocation
    answer: asyncio.Future[Answer]
    since: float


class WorkerPool:
    """A queue in front of workers. A worker that is late or dies is replaced."""

    def __init__(self, terms: PoolTerms, say: Say) -> None:
        self.terms = terms
        self.batch = terms.batch
        self._say = say
        self._queue: deque[_Waiting] = deque()
        self._workers: dict[int, _Worker] = {}
        self._idle: deque[int] = deque()
        self._due: asyncio.TimerHandle | None = None
        self._replacing: set[asyncio.Task[None]] = set()
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
        self._idle.extend(numbers)

    async def healthy(self) -> bool:
        return any(worker.child.alive for worker in self._workers.values())

    async def invoke(self, request: Invocation) -> Answer:
        """The limit counts from here, as SageMaker counts: the queue is the container's own."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(request, loop.create_future(), loop.time())
        late = loop.call_later(self.terms.response_seconds, self._late, waiting)
        self._queue.append(waiting)
        self._dispatch()
        try:
            return await waiting.answer
        finally:
            late.cancel()

    async def stop(self, grace_seconds: float) -> None:
        self._stopping = True
        for task in self._replacing:
            task.cancel()
        await asyncio.gather(*self._replacing, return_exceptions=True)
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

    def _late(self, waiting: _Waiting) -> None:
        what = (
            "no worker took the request" if waiting in self._queue else "the handler did not answer"
        )
        told = f"{what} within {self.terms.response_seconds:g} s"
        _settle([waiting], [problem(504, told)])

    def _dispatch(self) -> None:
        """Hand what waits to whoever is idle; with batches, wait a moment for them to fill."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        while self._queue and self._queue[0].answer.done():
            self._queue.popleft()
        while self._queue and self._idle and not self._stopping:
            loop = asyncio.get_running_loop()
            due = self._queue[0].since + self.terms.wait_seconds
            if len(self._queue) < self.batch and loop.time() < due:
                self._due = loop.call_at(due, self._dispatch)
                return
            taken = [self._queue.popleft() for _ in range(min(self.batch, len(self._queue)))]
            self._hand(self._idle.popleft(), taken)

    def _hand(self, number: int, taken: Sequence[_Waiting]) -> None:
        try:
            frame = self._workers[number].asked([waiting.request for waiting in taken])
        except ConnectionError:  # it fell while it was idle, so nothing is lost
            self._queue.extendleft(reversed(taken))
            self._fallen(number)
            return
        late = asyncio.get_running_loop().call_later(self.terms.response_seconds, frame.cancel)

        def answered(done: asyncio.Future[Frame]) -> None:
            late.cancel()
            if done.cancelled():
                told = "the handler did not answer the batch in time"
                _settle(taken, [problem(504, told)] * len(taken))
                self._fallen(number)
            elif done.exception() is not None:
                told = "the worker died while it answered"
                _settle(taken, [problem(500, told)] * len(taken))
                self._fallen(number)
            else:
                _settle(taken, _answers(*done.result()))
                self._idle.append(number)
                self._dispatch()

        frame.add_done_callback(answered)

    def _fallen(self, number: int) -> None:
        if self._stopping:
            return
        task = asyncio.ensure_future(self._replace(number))
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def _replace(self, number: int) -> None:
        worker = self._workers[number]
        worker.child.kill()
        await worker.end(0.0)
        self._say("awsml", f"worker {number} is started again")
        while not self._stopping:
            try:
                await self._started(number)
            except NeverHealthy as error:
                self._say("awsml", f"worker {number} does not start: {error}")
                await self._workers[number].end(0.0)
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                self._idle.append(number)
                self._dispatch()
                return


def _settle(taken: Sequence[_Waiting], answers: Sequence[Answer]) -> None:
    for waiting, answer in zip(taken, answers, strict=True):
        if not waiting.answer.done():
            waiting.answer.set_result(answer)


def _answers(header: Mapping[str, Any], body: bytes) -> list[Answer]:
    bodies = parts(body, header["sizes"])
    heads = header["answers"]
    return [
        Answer(head["status"], head["content_type"], each)
        for head, each in zip(heads, bodies, strict=True)
    ]


class _Worker:
    """One process and its socket."""

    def __init__(self, child: Child, wire: Wire) -> None:
        self.child, self._wire = child, wire

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
        loop = asyncio.get_running_loop()
        _, wire = await loop.create_connection(Wire, sock=ours)
        return cls(child, wire)

    async def ready(self) -> None:
        try:
            header, _ = await self._wire.frame
        except ConnectionError as error:
            await self.child.process.wait()
            await self.child.finish_reading()
            code = self.child.process.returncode
            raise NeverHealthy(f"a worker ended with {code} before it was ready") from error
        if "failed" in header:
            await self.child.finish_reading()
            raise NeverHealthy(str(header["failed"]))

    def asked(self, requests: Sequence[Invocation]) -> asyncio.Future[Frame]:
        heads = [{"content_type": r.content_type, "accept": r.accept} for r in requests]
        return self._wire.send({"requests": heads}, [request.body for request in requests])

    async def end(self, grace_seconds: float) -> None:
        self._wire.close()
        await self.child.end(grace_seconds)
