"""What every reader of outside text promises: a value or a clear error, soon, in little memory."""

from __future__ import annotations

import contextlib
import resource
import signal
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from awsml.errors import AwsmlError

# Of CPU, so that a busy machine fails nothing; a file of a few kilobytes takes milliseconds.
MOST_SECONDS = 5.0
MOST_BYTES = 1 << 30


class TooSlow(BaseException):
    """No `except` of a reader may swallow it."""


@dataclass
class Tally:
    """How many texts a reader was given, and in how many ways it broke."""

    reader: str
    examples: int = 0
    crashes: set[str] = field(default_factory=set)


class Fuzzed:
    """The readers of one session, by name."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}

    def reads(
        self, reader: str, act: Callable[[], Any], *, placed: bool = True
    ) -> AwsmlError | None:
        """Runs a reader over one text; the error that it refused it with, None for a value.

        `placed` says that an error has to name a place: a reader of files knows one.
        """
        tally = self.tallies.setdefault(reader, Tally(reader))
        tally.examples += 1
        try:
            with _limited():
                act()
        except AwsmlError as refused:
            unclear = _unclear(refused, placed)
            if unclear is None:
                return refused
            tally.crashes.add(unclear.partition(":")[0])
            raise AssertionError(unclear) from refused
        except BaseException as crash:
            tally.crashes.add(_spot(crash))
            raise
        return None


def _unclear(refused: AwsmlError, placed: bool) -> str | None:
    """What an error lacks."""
    if not refused.message.strip():
        return f"no message: {refused!r}"
    if not refused.hint:
        return f"no hint: {refused.message}"
    if placed and refused.where is None:
        return f"no place: {refused.message}"
    return None


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """Ends in TooSlow or MemoryError where a reader asks for too much."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _too_slow(*_: object) -> None:
    raise TooSlow(f"more than {MOST_SECONDS:g} s of CPU")


def _spot(crash: BaseException) -> str:
    """Where awsml broke: crashes of one line are one crash."""
    frames = [f for f in traceback.extract_tb(crash.__traceback__) if "/awsml/" in f.filename]
    last = frames[-1] if frames else None
    return f"{type(crash).__name__} at {last.filename}:{last.lineno}" if last else repr(crash)


FUZZED = Fuzzed()
