"""Work done ahead by a few threads, with results in the order in which it was asked for."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Generic, TypeVar

T = TypeVar("T")
_CHECK_SECONDS = 0.2
_PACE_SECONDS = 0.05
_BUSY = 0.8  # of one CPU, which is all that one interpreter can use


class Workers(Generic[T]):
    """A few daemon threads: a download that hangs must not keep the process from ending."""

    def __init__(self, count: int) -> None:
        self._tasks: queue.SimpleQueue[tuple[Future[T], Callable[[], T]] | None]
        self._tasks = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"ahead-{index}", daemon=True)
            for index in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        self._tasks.put((future, task))
        return future

    def close(self, wait_seconds: float = 5.0) -> None:
        """Finish what is queued and end; give up waiting for a thread that hangs."""
        for _ in self._threads:
            self._tasks.put(None)
        deadline = time.monotonic() + wait_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while (job := self._tasks.get()) is not None:
            future, task = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(task())
            except BaseException as error:  # handed to whoever waits for the result
                future.set_exception(error)


class Pace:
    """How many tasks are under way: more as long as results are waited for and the CPU is not.

    A store that is slow to answer needs many requests at once; a fast one on the same machine is
    only slowed down by threads that fight for the interpreter.
    """

    def __init__(
        self,
        least: int,
        most: int,
        clock: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.process_time,
    ) -> None:
        self.limit = least
        self._most = most
        self._clock, self._cpu = clock, cpu
        self._since = clock(), cpu()

    def waited(self) -> None:
        """A result was not there when it was wanted."""
        if self.limit >= self._most:
            return
        wall = self._clock() - self._since[0]
        if wall < _PACE_SECONDS:
            return
        busy = (self._cpu() - self._since[1]) / wall
        self._since = self._clock(), self._cpu()
        if busy < _BUSY:
            self.limit = min(self._most, self.limit * 2)


def ordered(
    tasks: Iterable[Callable[[], T]],
    workers: int,
    window: int | Pace,
    check: Callable[[], None] = lambda: None,
) -> Generator[T]:
    """The results of tasks, of which at most `window` are under way or waiting to be taken.

    `check` is called while waiting and may raise to give up.
    """
    pace = Pace(window, window) if isinstance(window, int) else window
    pool: Workers[T] = Workers(workers)
    begun: deque[Future[T]] = deque()
    try:
        for task in tasks:
            begun.append(pool.submit(task))
            if len(begun) >= pace.limit:
                yield _result(begun.popleft(), pace, check)
        while begun:
            yield _result(begun.popleft(), pace, check)
    finally:
        for future in begun:
            future.cancel()
        pool.close()


def _result(future: Future[T], pace: Pace, check: Callable[[], None]) -> T:
    if not future.done():
        pace.waited()
    while True:
        try:
            return future.result(timeout=_CHECK_SECONDS)
        except FutureTimeout:
            if future.done():
                raise  # the task's own
            check()
