"""How long almost every request takes on a machine that is so busy.

Arrivals are Poisson, `servers` requests are served at a time, and there is one queue. A request
waits with Erlang's probability C, and then an exponential time of mean s (1 + v^2) / (2 c (1 - u))
(Allen and Cunneen's approximation of M/G/c; exact for M/M/c). Serving takes an Erlang time of
mean s in 1 / v^2 stages, v being its deviation over its mean. In M/M/1 this is the exact law.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_MOST_BUSY = 0.99
_MOST_STAGES = 100
# A wait that ends faster than a stage of serving is as good as none; the formula needs it slower.
_SLOWER_THAN_A_STAGE = 0.99
_STEPS = 24  # halvings: to a millionth of the first guess


@dataclass(frozen=True, slots=True)
class Queue:
    """One machine: how long serving takes, how many at a time, and how even that is."""

    service_seconds: float
    servers: int
    variation: float

    def within(self, share: float, utilisation: float) -> float:
        """Seconds that a share of the requests keep, by halving between two bounds."""
        busy = min(utilisation, _MOST_BUSY)
        low, high = 0.0, self.service_seconds
        while self._later_than(high, busy) > 1 - share:
            low, high = high, high * 2
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if self._later_than(middle, busy) > 1 - share:
                low = middle
            else:
                high = middle
        return high

    def _later_than(self, seconds: float, busy: float) -> float:
        """P(T > t): serving alone takes longer, or the wait before it makes it so."""
        stages = min(_MOST_STAGES, max(1, round(self.variation**-2)))
        stage_rate = stages / self.service_seconds
        ending = 2 * self.servers * (1 - busy) / (self.service_seconds * (1 + 1 / stages))
        ending = min(ending, _SLOWER_THAN_A_STAGE * stage_rate)
        serving = 1 - _stages_done(stages, stage_rate * seconds)
        tilted = stage_rate - ending
        waited = math.exp(-ending * seconds + stages * math.log(stage_rate / tilted))
        waited *= _stages_done(stages, tilted * seconds)
        return serving + waits(self.servers, busy * self.servers) * waited

    def busiest(self, share: float, seconds: float, most: float) -> float | None:
        """The utilisation up to which a share of the requests keep a time; None: not even idle."""
        if self.within(share, most) <= seconds:
            return most
        if self.within(share, 0.0) > seconds:
            return None
        low, high = 0.0, most
        for _ in range(10):
            middle = (low + high) / 2
            if self.within(share, middle) <= seconds:
                low = middle
            else:
                high = middle
        return low or None


def waits(servers: int, load: float) -> float:
    """Erlang C: the probability that all servers are taken, at `load` requests in service."""
    refused = 1.0
    for number in range(1, servers + 1):
        refused = load * refused / (number + load * refused)
    return refused / (1 - load / servers * (1 - refused))


def _stages_done(stages: int, expected: float) -> float:
    """P(all stages are over), when so many would be by now: the tail of a Poisson count.

    The terms from `stages` on are summed, because one minus the others loses what is small.
    """
    if expected <= 0:
        return 0.0
    if expected > 2 * stages + 60:
        return 1.0
    term = math.exp(stages * math.log(expected) - expected - math.lgamma(stages + 1))
    total, number = 0.0, stages
    while number < expected or term > total * 1e-9:
        total += term
        number += 1
        term *= expected / number
    return min(1.0, total)
