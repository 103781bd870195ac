"""The processes that write shards; each takes the next one that nobody has begun."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, SpawnContext
from typing import Any, cast

from awsml.errors import AwsmlError
from awsml.storage.errors import DataError
from awsml.storage.pack.shards import Shard
from awsml.storage.pack.write import Written

Write = Callable[[Shard], Written]


def written(write: Write, todo: Sequence[Shard], count: int) -> Iterator[tuple[Shard, Written]]:
    """Each shard when it is finished, in whatever order that is."""
    context = _context()
    taken = context.Value("i", 0)
    pipes = [context.Pipe(duplex=False) for _ in range(min(count, len(todo)))]
    team = [
        context.Process(target=_work, args=(write, todo, taken, theirs), daemon=True)
        for _, theirs in pipes
    ]
    try:
        for process, (_, theirs) in zip(team, pipes, strict=True):
            process.start()
            theirs.close()
        yield from _results(todo, [ours for ours, _ in pipes])
    finally:
        for process in team:
            if process.pid is not None:
                process.terminate()
                process.join()


def _context() -> ForkContext | SpawnContext:
    """A fork starts at once and needs nothing sent, but is safe only without other threads."""
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def _results(todo: Sequence[Shard], links: list[Connection]) -> Iterator[tuple[Shard, Written]]:
    left = len(todo)
    while links:
        for link in cast("list[Connection]", wait(links)):
            try:
                index, outcome = link.recv()
            except EOFError:
                links.remove(link)
                continue
            if isinstance(outcome, AwsmlError):
                raise outcome
            left -= 1
            yield todo[index], outcome
    if left:
        raise DataError("a process that packed was killed", hint="run the same command again")


def _work(write: Write, todo: Sequence[Shard], taken: Any, link: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started this decides
    while True:
        with taken.get_lock():
            index = taken.value
            taken.value += 1
        if index >= len(todo):
            return
        try:
            link.send((index, write(todo[index])))
        except AwsmlError as error:
            link.send((index, error))
            return
