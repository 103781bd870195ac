"""The load generator: starts requests when they are due and measures from that moment."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from awsml.backends.local.load.client import Client
from awsml.backends.local.load.point import Load, Outcome
from awsml.errors import UsageError

_MOST_CONNECTIONS = 400  # select() takes 1,024 descriptors
_LEAST_WAIT = 20e-6
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go. Only loopback: load on anything else is somebody's bill."""

    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str) -> Target:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:  # brackets that are not closed, a port beyond 65535
            raise _elsewhere(url) from None
        if parts.scheme != "http" or host not in _LOOPBACK or port is None:
            raise _elsewhere(url)
        return cls(host, port, parts.path or "/invocations")

    def request(self, load: Load) -> bytes:
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Content-Type: {load.content_type}\r\nContent-Length: {len(load.body)}\r\n\r\n"
        )
        return head.encode("latin-1") + load.body


def _elsewhere(url: str) -> UsageError:
    return UsageError(
        f"`{url}` is not on this machine; load is made on loopback only",
        hint="measure an endpoint on AWS with --on aws",
        slug="not-loopback",
    )


def measured(target: Target, load: Load, *, drain_seconds: float = 5.0, seed: int = 7) -> Outcome:
    """One point, in an event loop whose timer is finer than epoll's millisecond."""
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(_Run(target, load, loop, seed).outcome(drain_seconds))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


class _Run:
    """The requests of one point, from the first that is due to the last that came back."""

    def __init__(
        self, target: Target, load: Load, loop: asyncio.AbstractEventLoop, seed: int
    ) -> None:
        self._target, self._load, self._loop = target, load, loop
        self._request = target.request(load)
        self._random = random.Random(seed)
        self._idle: list[Client] = []
        self._all: set[Client] = set()
        self._waiting: deque[float] = deque()
        self._latencies: list[float] = []
        self._late: list[float] = []
        self._errors: Counter[str] = Counter()
        self._started = self._finished = self._opening = 0
        self._end = 0.0
        self._next: Callable[[Client], None] = self._rest

    async def outcome(self, drain_seconds: float) -> Outcome:
        began = self._loop.time()
        self._end = began + self._load.seconds
        if self._load.concurrency:
            await self._closed(self._load.concurrency)
        else:
            await self._open(began)
        await self._drained(drain_seconds)
        seconds = max(self._loop.time() - began, 1e-9)
        if self._started == self._finished:
            seconds = max(min(seconds, self._last - began), 1e-9)
        else:
            self._errors["no answer"] += self._started - self._finished
        for client in list(self._all):
            client.close()
        load, late = self._load, self._late
        return Outcome(load, seconds, self._latencies, dict(self._errors), late)

    _last = 0.0

    async def _open(self, began: float) -> None:
        """Arrivals of a Poisson process, started on time whatever is still unanswered."""
        rate = self._load.rate or 1.0
        loop, due = self._loop, began + self._random.expovariate(rate)
        while due < self._end and self._started < self._load.most_requests:
            now = loop.time()
            if due > now:
                await asyncio.sleep(max(_LEAST_WAIT, due - now))
                continue
            self._late.append(now - due)
            self._start(due)
            due += self._random.expovariate(rate)

    async def _closed(self, concurrency: int) -> None:
        self._next = self._again
        for _ in range(min(concurrency, _MOST_CONNECTIONS)):
            self._start(self._loop.time())
        while self._loop.time() < self._end and self._started < self._load.most_requests:
            await asyncio.sleep(0.01)
        self._next = self._rest

    def _start(self, due: float) -> None:
        self._started += 1
        if self._idle:
            self._idle.pop().send(self._request, due)
        elif len(self._all) + self._opening < _MOST_CONNECTIONS:
            self._opening += 1
            self._loop.create_task(self._connect(due))
        else:
            self._waiting.append(due)

    async def _connect(self, due: float) -> None:
        try:
            host, port = self._target.host, self._target.port
            _, client = await self._loop.create_connection(lambda: Client(self._done), host, port)
        except OSError as error:
            self._finished += 1
            self._errors[f"no connection: {error.strerror or error}"] += 1
            return
        finally:
            self._opening -= 1
        self._all.add(client)
        client.send(self._request, due)

    def _done(self, client: Client, due: float, error: str | None) -> None:
        self._last = now = self._loop.time()
        self._finished += 1
        if error is None:
            self._latencies.append(now - due)
        else:
            self._errors[error] += 1
        if not client.open:
            self._all.discard(client)
            return
        self._next(client)

    def _rest(self, client: Client) -> None:
        if self._waiting:
            client.send(self._request, self._waiting.popleft())
        else:
            self._idle.append(client)

    def _again(self, client: Client) -> None:
        """Closed loop: the next request is due when the last was answered."""
        now = self._loop.time()
        if now < self._end and self._started < self._load.most_requests:
            self._started += 1
            client.send(self._request, now)

    async def _drained(self, seconds: float) -> None:
        end = self._loop.time() + seconds
        while self._finished < self._started and self._loop.time() < end:
            await asyncio.sleep(0.005)


def doubling(most: float, first: int = 1) -> Iterator[int]:
    """1, 2, 4, ... up to a number."""
    number = first
    while number <= most:
        yield number
        number *= 2
