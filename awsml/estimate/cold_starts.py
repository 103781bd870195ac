"""How many requests find no warm container and wait for one to start.

Arrivals are Poisson at a steady rate, each takes a container for a time, and an idle container is
kept for a while. An arrival finds N in service, a Poisson number of mean rate times time. It starts
a container where, for as long as one is kept, none of the arrivals before it found as many.
"""

from __future__ import annotations

import math

_STEPS = 60
_NEGLIGIBLE = 1e-12


def cold_share(rate: float, seconds: float, kept: float) -> float:
    """Of the requests, at `rate` a second, `seconds` each, idle containers kept `kept` seconds."""
    busy, arrivals = rate * seconds, rate * kept
    if busy > 500:
        return 0.0  # so many arrive while one is kept that hardly any is the first
    chance, tail, found, share = math.exp(-busy), 1.0, 0, 0.0
    while tail > _NEGLIGIBLE:
        share += chance * math.exp(-arrivals * tail)
        tail -= chance
        found += 1
        chance *= busy / found
    return min(1.0, share)


def rate_of_share(share: float, seconds: float, kept: float) -> float:
    """Requests a second from which at most a share of them starts cold."""
    low, high = 0.0, 1.0 / kept
    while cold_share(high, seconds, kept) > share:
        low, high = high, 2 * high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if cold_share(middle, seconds, kept) > share:
            low = middle
        else:
            high = middle
    return high
