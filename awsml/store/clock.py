"""The time of day for as long as a process lives, whatever happens to the machine's clock."""

from __future__ import annotations

import time
from collections.abc import Callable


def _ticks() -> float:
    """Seconds that never jump; on Linux those that the machine slept count as well."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class SteadyClock:
    """The wall clock as it was read once, and the seconds since then.

    A machine whose clock is set right in the middle of a run would otherwise end it by a limit
    that it has not reached, and record durations below zero.
    """

    def __init__(
        self, wall: Callable[[], float] = time.time, ticks: Callable[[], float] = _ticks
    ) -> None:
        self._ticks = ticks
        self._zero = wall() - ticks()

    def __call__(self) -> float:
        return self._zero + self._ticks()
