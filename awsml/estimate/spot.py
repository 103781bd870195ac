"""What interruptions do to a job: expected figures in closed form, quantiles by simulation.

Closed forms are Daly's, for exponential lifetimes: J. T. Daly, "A higher order estimate of the
optimum checkpoint interval for restart dumps", Future Generation Computer Systems 22 (2006).
All times are seconds and rates are per second, unless a name says otherwise.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import NamedTuple

# Enough for a p99 that moves by a few percent between seeds, in a tenth of a second.
RUNS = 2000
SEED = 20_060_204
# A run that has not ended after this many attempts is counted as never ending: at the usual
# rate that is longer than the 30 days that AWS lets a job be.
_MOST_ATTEMPTS = 250
_FIRST = 2  # attempts of which the luck is drawn at once: most runs take no more
_REMEMBERED = 12  # attempts of which the luck is kept once it was drawn
# Odds of one attempt so small that no run is worth simulating.
_HOPELESS_ODDS = 1e-6
# exp() of more than this is no number worth telling.
_LARGEST_EXPONENT = 50.0


class Interruptions(NamedTuple):
    """`rate` while up, and how long capacity stays away; `available` is the share of time up."""

    rate: float
    mean_down: float
    available: float = 1.0


class Work(NamedTuple):
    """`work` to do, `restart` paid by every attempt, and checkpoints each `interval` that take
    `checkpoint`; without an interval an attempt starts from the beginning."""

    work: float
    restart: float
    interval: float | None = None
    checkpoint: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Simulated runs: seconds running, seconds from request to end, attempts; all sorted.

    Runs that never ended are infinite, so quantiles that reach them are infinite too.
    """

    running: Sequence[float] = field(repr=False)
    wall: Sequence[float] = field(repr=False)
    attempts: Sequence[float] = field(repr=False)

    def finished_by(self, deadline: float) -> float:
        """The share of runs that end within this wall-clock."""
        return bisect_right(self.wall, deadline) / len(self.wall)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of sorted values that this share of them does not exceed."""
    return values[min(len(values) - 1, max(0, math.ceil(share * len(values)) - 1))]


def expected_running(job: Work, rate: float) -> float:
    """Mean seconds running until the work is done; infinite where that is beyond reason."""
    if rate <= 0:
        return job.restart + job.work + _checkpoints(job) * job.checkpoint
    if job.interval is None:
        return _until_survived(job.work + job.restart, rate)
    segments = job.work / job.interval
    exponent = rate * (job.interval + job.checkpoint)
    if exponent > _LARGEST_EXPONENT or rate * job.restart > _LARGEST_EXPONENT:
        return math.inf
    return segments * math.exp(rate * job.restart) * math.expm1(exponent) / rate + job.restart


def best_interval(checkpoint: float, rate: float) -> float | None:
    """Daly's optimum work between checkpoints; None where nothing interrupts or they are free."""
    if rate <= 0 or checkpoint <= 0:
        return None
    mean_up = 1 / rate
    if checkpoint >= 2 * mean_up:
        return mean_up
    ratio = math.sqrt(checkpoint / (2 * mean_up))
    return math.sqrt(2 * checkpoint * mean_up) * (1 + ratio / 3 + ratio**2 / 9) - checkpoint


def worth_without_checkpoints(job: Work, rate: float, discount: float) -> bool:
    """Whether running from the start each time still costs less than on-demand, on average."""
    if discount >= 1:
        return True
    return expected_running(job, rate) * (1 - discount) < job.work + job.restart


def cluster_rate(rate: float, machines: int, exponent: float) -> float:
    """Any of n machines stops them all; their interruptions are not independent."""
    return float(rate * machines**exponent)


def attempts_needed(job: Work, rate: float, confidence: float = 0.999) -> int | None:
    """Attempts that reach the end with this confidence; None where hundreds would not."""
    if rate <= 0:
        return 1
    if job.interval is not None:
        outcomes = simulate(job, Interruptions(rate, 0.0))
        needed = quantile(outcomes.attempts, confidence)
        return None if math.isinf(needed) else int(needed)
    survives = _odds(job, rate)
    if survives >= confidence:
        return 1
    needed = math.log(1 - confidence) / math.log1p(-survives)
    return math.ceil(needed) if needed <= _MOST_ATTEMPTS else None


def simulate(
    job: Work, interruptions: Interruptions, runs: int = RUNS, seed: int = SEED
) -> Outcomes:
    """The same seed gives every job the same luck, so that jobs can be compared."""
    if job.interval is None and _odds(job, interruptions.rate) < _HOPELESS_ODDS:
        return Outcomes(*((math.inf,) * runs for _ in range(3)))
    ended = [_run(job, interruptions, luck(seed + index)) for index in range(runs)]
    running, wall, attempts = (sorted(column) for column in zip(*ended, strict=True))
    return Outcomes(running, wall, attempts)


class Luck(NamedTuple):
    """What chance has for one run, before rates scale it: exponential draws of mean 1."""

    seed: int
    first_down: float
    waits: float  # above the share of time with machines: the first request waits
    lives: list[tuple[float, float]]  # time up, then time down, of the attempts drawn so far

    def spans(self) -> Iterator[tuple[float, float]]:
        """Time up and time down of each attempt, without end."""
        yield from self.lives
        draws = random.Random(self.seed)
        for _ in range(2 + 2 * len(self.lives)):
            draws.random()  # those above
        while True:
            life = draws.expovariate(1.0), draws.expovariate(1.0)
            if len(self.lives) < _REMEMBERED:
                self.lives.append(life)
            yield life


@cache
def luck(seed: int) -> Luck:
    """Drawn once: comparing jobs under one luck asks for the same numbers again and again."""
    draws = random.Random(seed)
    first_down, waits = draws.expovariate(1.0), draws.random()
    lives = [(draws.expovariate(1.0), draws.expovariate(1.0)) for _ in range(_FIRST)]
    return Luck(seed, first_down, waits, lives)


def _run(job: Work, cuts: Interruptions, chance: Luck) -> tuple[float, float, float]:
    """One run: attempts until the rest of the work fits before an interruption."""
    done = running = 0.0
    wall = chance.first_down * cuts.mean_down if chance.waits > cuts.available else 0.0
    mean_up = 1 / cuts.rate if cuts.rate > 0 else math.inf
    for attempt, (span, pause) in enumerate(islice(chance.spans(), _MOST_ATTEMPTS), start=1):
        up = span * mean_up
        wanted = job.restart + left(job, done)
        if up >= wanted:
            return running + wanted, wall + wanted, float(attempt)
        running, wall = running + up, wall + up + pause * cuts.mean_down
        done += kept(job, up)
    return math.inf, math.inf, math.inf


def _odds(job: Work, rate: float) -> float:
    """That nothing interrupts an attempt which has all the work before it."""
    return math.exp(-min(_LARGEST_EXPONENT, rate * (job.work + job.restart)))


def left(job: Work, done: float) -> float:
    """Seconds of what is not done yet, its checkpoints included."""
    rest = job.work - done
    if job.interval is None:
        return rest
    return rest + max(0, math.ceil(rest / job.interval) - 1) * job.checkpoint


def kept(job: Work, up: float) -> float:
    """Work that an interrupted attempt leaves behind in finished checkpoints."""
    if job.interval is None or up <= job.restart:
        return 0.0
    return math.floor((up - job.restart) / (job.interval + job.checkpoint)) * job.interval


def _checkpoints(job: Work) -> int:
    return 0 if job.interval is None else max(0, math.ceil(job.work / job.interval) - 1)


def _until_survived(length: float, rate: float) -> float:
    """Mean time until one stretch of this length passes without an interruption."""
    exponent = rate * length
    return math.inf if exponent > _LARGEST_EXPONENT else math.expm1(exponent) / rate
