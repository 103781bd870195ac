"""How a running job is told to stop, from whatever side."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from awsml.store.runs import RunStore


class Ask(StrEnum):
    """What the user wants of a running job."""

    STOP = "stop"  # SIGTERM, the grace time, then SIGKILL
    KILL = "kill"  # at once
    ABANDON = "abandon"  # at once, because nobody is left whom the job belongs to


class Control(Protocol):
    """Asked several times a second; the strongest wish so far, or None."""

    def asked(self) -> Ask | None: ...


class StopAsked(Exception):
    """Raised between the steps of work that can be given up, once an end is asked for."""

    def __init__(self, ask: Ask) -> None:
        super().__init__(ask.value)
        self.ask = ask


def give_up_if_asked(control: Control) -> None:
    ask = control.asked()
    if ask is not None:
        raise StopAsked(ask)


class Wishes:
    """A control that code of this process sets, as a signal handler does."""

    def __init__(self) -> None:
        self._ask: Ask | None = None

    def ask(self, ask: Ask) -> None:
        if self._ask in (None, Ask.STOP):
            self._ask = ask

    def asked(self) -> Ask | None:
        return self._ask


class StoredWishes:
    """A control that also sees what `awsml stop` left in the run store."""

    def __init__(self, store: RunStore, run: str, direct: Control) -> None:
        self._store = store
        self._run = run
        self._direct = direct

    def asked(self) -> Ask | None:
        """What was asked directly is never weaker than what was left in the store."""
        direct = self._direct.asked()
        if direct in (Ask.KILL, Ask.ABANDON):
            return direct
        left = self._store.stop_asked(self._run)
        return direct if left is None else Ask(left)
