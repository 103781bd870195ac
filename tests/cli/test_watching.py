"""Ctrl-C while a run is watched."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from awsml.backends.local.control import Ask
from awsml.cli.watching import Watcher
from awsml.events import Event, Finished, Note


class Running:
    """A run of two events that keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []

    def events(self) -> Iterator[Event]:
        yield Note("at work")
        yield Finished("Stopped", None, 0.0)

    def ask(self, wish: Ask) -> None:
        self.asked.append(wish)


class Struck:
    """A view that is struck in the middle of a write, where nothing else can be written."""

    def __init__(self, strikes: int) -> None:
        self.strikes, self.writing = strikes, False

    def show(self, event: Event) -> None:
        self.writing = True
        if isinstance(event, Note):
            for _ in range(self.strikes):
                os.kill(os.getpid(), signal.SIGINT)
        self.writing = False

    def close(self) -> None:
        assert not self.writing


@pytest.mark.parametrize(("strikes", "asked"), [(0, []), (1, [Ask.STOP])])
def test_a_signal_in_the_middle_of_a_write_is_answered_after_it(
    strikes: int, asked: list[Ask]
) -> None:
    running: Any = Running()
    end = Watcher(running, Struck(strikes), "run-1").watch()
    assert end is not None and end.status == "Stopped"
    assert running.asked == asked
