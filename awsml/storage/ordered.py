"""Work done ahead by a few threads, with results in the order in which it was asked for."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Workers(Generic[T]):
    """A few daemon threads: a download that hangs must not keep the process from ending."""

    def __init__(self, count: int, name: str) -> None:
        self._tasks: queue.SimpleQueue[tuple[Future[T], Callable[[], T]] | None]
        self._tasks = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{index}", daemon=True)
            for index in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        self._tasks.put((future, task))
        return future

    def close(self, wait_seconds: float = 10.0) -> None:
        """Finish what is queued and end; give up waiting for a thread that hangs."""
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join(wait_seconds)

    def _work(self) -> None:
        while (job := self._tasks.get()) is not None:
            future, task = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(task())
            except BaseException as error:  # handed to whoever waits for the result
                future.set_exception(error)


def ordered(
    tasks: Iterable[Callable[[], T]], workers: int, window: int, name: str = "ahead"
) -> Iterator[T]:
    """The results of tasks, of which at most `window` are begun before they are asked for."""
    pool: Workers[T] = Workers(workers, name)
    begun: deque[Future[T]] = deque()
    try:
        for task in tasks:
            begun.append(pool.submit(task))
            if len(begun) >= window:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        for future in begun:
            future.cancel()
        pool.close()
