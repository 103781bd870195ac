"""The front and the server behind it, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from awsml.backends.local.serving.front import Counts, Front, listening
from awsml.backends.local.serving.invocation import NeverHealthy, Server
from awsml.backends.local.serving.process import Say
from awsml.errors import AwsmlError, BackendError, RunFailed
from awsml.events import LogLine

_LOOK_SECONDS = 1.0


class Serving:
    """An endpoint being served. `port` is known once it is healthy, or raises why it is not."""

    def __init__(
        self,
        build: Callable[[Say], Server],
        name: str,
        variant: str,
        port: int,
        largest_body: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.said: queue.SimpleQueue[LogLine] = queue.SimpleQueue()
        self.port: Future[int] = Future()
        self.counts = Counts()
        self._build, self._name, self._variant = build, name, variant
        self._wanted_port, self._largest, self._clock = port, largest_body, clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._grace: asyncio.Future[float] | None = None
        self._asked: float | None = None
        self._thread = threading.Thread(target=self._run, name="endpoint", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self, grace_seconds: float) -> None:
        """Ask for the end; the thread ends when everything it started has ended."""
        self._asked = grace_seconds  # heard also by a thread that has only just begun
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._let_go, grace_seconds)

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _let_go(self, grace_seconds: float) -> None:
        if self._grace is not None and not self._grace.done():
            self._grace.set_result(grace_seconds)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # whatever ends the thread is told where it is waited for
            if not self.port.done():
                self.port.set_exception(error)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self._grace = loop.create_future()
        self._loop = loop
        if self._asked is not None:
            self._let_go(self._asked)
        grace = 0.0
        server = self._build(self._say)
        front = Front(self._name, self._variant, server, self._largest, counts=self.counts)
        try:
            async with listening(front, self._wanted_port) as port:
                grace = await self._until_let_go(server, port)
        except OSError as error:
            raise self._port_error(error) from error
        finally:
            await server.stop(grace)

    async def _until_let_go(self, server: Server, port: int) -> float:
        """Healthy, then served, until the end is asked for or the program is gone."""
        assert self._grace is not None
        starting = asyncio.ensure_future(server.start())
        either: set[asyncio.Future[Any]] = {starting, self._grace}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self._grace.done():
            starting.cancel()
            await asyncio.wait({starting})
            return self._grace.result()
        try:
            starting.result()
        except NeverHealthy as error:
            raise RunFailed(
                f"the endpoint never became healthy: {error}",
                hint="read its log: awsml logs last",
                slug="endpoint-never-healthy",
            ) from error
        self.port.set_result(port)
        while not self._grace.done() and not server.gone:
            await asyncio.wait({self._grace}, timeout=_LOOK_SECONDS)
        return self._grace.result() if self._grace.done() else 0.0

    def _port_error(self, error: OSError) -> AwsmlError:
        if error.errno == errno.EADDRINUSE:
            return BackendError(
                f"port {self._wanted_port} is taken on this machine",
                hint="choose another with --port, or leave it out",
                slug="port-taken",
            )
        return BackendError(
            f"this machine does not let the endpoint listen: {error.strerror}",
            hint="choose a port above 1023 with --port",
            slug="port-taken",
        )

    def _say(self, stream: str, text: str) -> None:
        self.said.put(LogLine(stream, text, self._clock()))
