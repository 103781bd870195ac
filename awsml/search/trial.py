"""What has been tried so far, as every strategy sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

LABEL = "trial-"  # of a trial's run, and of its job's name


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial: its setting, and the objective; None while it runs, or where it has none."""

    setting: Mapping[str, str]
    objective: float | None = None
    running: bool = False


class Search(Protocol):
    """Chooses settings. The same history and number give the same setting."""

    def suggest(self, number: int, tried: Sequence[Tried]) -> dict[str, str] | None:
        """For trial `number` (from 1); None when there is nothing left to try."""
        ...


class Stopping(Protocol):
    """Judges a running trial by what it has reported so far."""

    def stops(
        self, trial: int, reported: Sequence[float], others: Iterable[Sequence[float]]
    ) -> bool:
        """`reported` are its objectives, step by step; `others` those of the other trials."""
        ...


def better(value: float, than: float | None, maximize: bool) -> bool:
    """Anything is better than nothing."""
    if than is None:
        return True
    return value > than if maximize else value < than
