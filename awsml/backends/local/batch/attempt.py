"""A running attempt: its time limit, the ways in which it is ended, and its outcome."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from pathlib import Path

from awsml.backends.local.batch.jobs import JobSpec
from awsml.backends.local.batch.process import AttemptProcess
from awsml.retries import ENDED, RECLAIMED, TERMINATED, TIMED_OUT, Outcome

GRACE_SECONDS = 30.0  # between SIGTERM and SIGKILL, on Batch
_KILLED = 128 + signal.SIGKILL


@dataclass
class Attempt:
    """One attempt; `ending` is the status reason that is to come of being ended from outside."""

    key: str
    spec: JobSpec
    number: int
    process: AttemptProcess
    folder: Path
    gpus: tuple[int, ...]
    started: float
    ending: str | None = None
    kill_at: float | None = field(default=None)

    def look(self, now: float) -> None:
        """Ends it where its time is over, or its grace."""
        limit = self.spec.timeout
        if self.ending is None and limit is not None and now - self.started >= limit:
            self.end(TIMED_OUT, now, GRACE_SECONDS)
        if self.kill_at is not None and now >= self.kill_at:
            self.process.send(signal.SIGKILL)
            self.kill_at = None

    def end(self, why: str, now: float, grace: float) -> None:
        """SIGTERM and some time, or SIGKILL at once where there is none."""
        if self.ending is None:
            self.ending = why
        if grace > 0:
            self.process.send(signal.SIGTERM)
            self.kill_at = now + grace
        else:
            self.process.send(signal.SIGKILL)
            self.kill_at = None

    def reclaim(self, host: str, now: float, notice: float) -> None:
        self.end(RECLAIMED[self.spec.platform].format(host=host), now, notice)

    def outcome(self, code: int) -> Outcome:
        """What AWS would show. A job that ends well within its notice has succeeded."""
        if self.ending is None or (code == 0 and self.ending not in (TIMED_OUT, TERMINATED)):
            return Outcome(code, ENDED)
        final = self.ending in (TIMED_OUT, TERMINATED)
        return Outcome(None if code == _KILLED and not final else code, self.ending, final=final)
