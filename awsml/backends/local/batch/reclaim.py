"""When a rehearsed reclaim strikes: after a time, or at a share of the job's own progress."""

from __future__ import annotations

import re

from awsml.backends.local.interrupts import Interrupt

_OF = re.compile(r"(\d+)\s*(?:/|of)\s*(\d+)")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?%")


class Reclaims:
    """The strikes that are still to come. A share needs no duration known beforehand: what the job
    prints (`epoch 3/20`, `40%`) tells, or the last run here, or what the scenario states."""

    def __init__(self, interrupt: Interrupt | None, expected_seconds: float | None) -> None:
        self._share = interrupt.share if interrupt else None
        self.warned = bool(interrupt and interrupt.warned)
        if interrupt is None:
            self._times: list[float] = []
        elif self._share is not None and expected_seconds is None:
            self._times = [float("inf")]
        else:
            self._times = interrupt.times(expected_seconds)

    @property
    def left(self) -> int:
        return len(self._times)

    def due(self, running_seconds: float) -> bool:
        """Whether the next strike comes now, after so long an attempt."""
        return bool(self._times) and running_seconds >= self._times[0]

    def heard(self, line: str) -> bool:
        """Whether a line says that the share is reached."""
        if self._share is None or not self._times:
            return False
        done = progress_in(line)
        return done is not None and done >= self._share

    def struck(self) -> None:
        self._times.pop(0)


def progress_in(line: str) -> float | None:
    """The share of the work that a line says is done."""
    if (match := _OF.search(line)) and int(match[2]) > 1 and int(match[1]) <= int(match[2]):
        return int(match[1]) / int(match[2])
    if match := _PERCENT.search(line):
        return min(1.0, float(match[1]) / 100)
    return None
