"""Stops a search on AWS before its dollars are used; the limits in its request do it at the latest.

Trials that run count by the clock: nobody knows yet what they will be billed. A trial that is
stopped gets two minutes more, which count as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from awsml.backends.aws.tuning import TuningWatch
from awsml.backends.budget import Budget
from awsml.events import Event, Finished, Note

_STOP_SECONDS = 120.0


@dataclass
class BudgetWatch:
    """A watch that also acts, so it is for whoever attends a run, not for who looks at one."""

    watch: TuningWatch
    budget: Budget
    stop: Callable[[], None]
    clock: Callable[[], float]
    _reason: str | None = None

    def look(self) -> Sequence[Event]:
        events = self.watch.look()
        if events and isinstance(events[-1], Finished):
            return [*events[:-1], replace(events[-1], reason=self._reason or events[-1].reason)]
        if self._reason is not None or self.watch.stopping:
            return events
        self._reason = self.budget.used_up(self._seconds())
        if self._reason is None:
            return events
        self.stop()
        return [*events, Note(f"{self._reason}; AWS was asked to stop the search", "warning")]

    def _seconds(self) -> float:
        now = self.clock()
        return sum(
            max(0.0, (now + _STOP_SECONDS if ended is None else ended) - began)
            for began, ended in self.watch.spans
        )
