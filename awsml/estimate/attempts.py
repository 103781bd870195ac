"""A job that may be tried only so often and so long: does it finish, when, and for how much."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from awsml.estimate.spot import RUNS, SEED, Interruptions, Luck, Work, kept, left, luck


@dataclass(frozen=True, slots=True)
class Bounds:
    """`attempts` in all, each at most `limit` seconds; a `deadline` from the first request."""

    attempts: int
    limit: float = math.inf
    deadline: float = math.inf


@dataclass(frozen=True, slots=True)
class Bounded:
    """Simulated runs within bounds. `finished` and `in_time` are shares of all runs; seconds
    `running` are paid whether a run finished or not; `wall` of those that did not is infinite."""

    finished: float
    in_time: float
    running: Sequence[float] = field(repr=False)
    wall: Sequence[float] = field(repr=False)

    @property
    def mean_running(self) -> float:
        return sum(self.running) / len(self.running)


def bounded(
    job: Work, cuts: Interruptions, bounds: Bounds, runs: int = RUNS, seed: int = SEED
) -> Bounded:
    """The same seed gives every job the same luck, so that bounds can be compared."""
    ended = [_run(job, cuts, bounds, luck(seed + index)) for index in range(runs)]
    walls = sorted(wall for _, wall in ended)
    return Bounded(
        finished=sum(math.isfinite(wall) for wall in walls) / runs,
        in_time=sum(wall <= bounds.deadline and math.isfinite(wall) for wall in walls) / runs,
        running=sorted(running for running, _ in ended),
        wall=walls,
    )


def _run(job: Work, cuts: Interruptions, bounds: Bounds, chance: Luck) -> tuple[float, float]:
    """An attempt that reaches the limit is stopped, and a job that timed out is not retried."""
    done = running = 0.0
    wall = chance.first_down * cuts.mean_down if chance.waits > cuts.available else 0.0
    mean_up = 1 / cuts.rate if cuts.rate > 0 else math.inf
    for span, pause in islice(chance.spans(), bounds.attempts):
        up = span * mean_up
        wanted = job.restart + left(job, done)
        if min(up, wanted) > bounds.limit:
            return running + bounds.limit, math.inf
        if up >= wanted:
            return running + wanted, wall + wanted
        running, wall = running + up, wall + up + pause * cuts.mean_down
        done += kept(job, up)
    return running, math.inf
