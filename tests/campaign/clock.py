"""The wall clock of a victim, which can jump; the monotonic clock never does, as on a machine.

It takes the place of `time.time` before awsml is imported, so that defaults such as
`clock=time.time` take it too.
"""

from __future__ import annotations

import time

_real_time, _real_sleep = time.time, time.sleep


class WallClock:
    """`ahead` is how far it is from the machine's; `skips` makes sleeping a jump ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.skips = False

    def install(self) -> None:
        time.time = self.time
        time.sleep = self.sleep

    def time(self) -> float:
        return _real_time() + self.ahead

    def sleep(self, seconds: float) -> None:
        if self.skips:
            self.ahead += seconds
        else:
            _real_sleep(seconds)
