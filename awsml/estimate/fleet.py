"""How many machines a load keeps running where they follow it: at its mean, at its peak, between.

Of a load only the peak P and the mean m P are known. Four courses through a month have both: even
at the mean; all or nothing; the load-duration curve P t^((1 - m) / m); and, because machines go
late, the peak's machines all the time. The curve is what is expected.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from awsml.basis import Basis, Estimate


class Fleet(NamedTuple):
    """Machines in the mean of a month, by the course of the load."""

    even: float
    curve: float
    all_or_nothing: float
    peak: float

    def estimate(self, basis: Basis) -> Estimate:
        low = min(self.even, self.curve, self.all_or_nothing)
        return Estimate(low, self.curve, self.peak, "instance", basis)


def standing_fleet(count: float) -> Fleet:
    """As many whatever the load."""
    return Fleet(count, count, count, count)


def scaled_fleet(
    peak_rate: float, mean_share: float, each: float, fewest: int, most: int | None
) -> Fleet:
    """Where one machine is given `each` requests a second, between the fewest and the most."""

    def taken(rate: float) -> int:
        needed = max(1, fewest, math.ceil(rate / each))
        return needed if most is None else max(fewest, min(needed, most))

    even, peak = taken(peak_rate * mean_share), taken(peak_rate)
    uneven = mean_share * peak + (1 - mean_share) * taken(0.0)
    curve = taken(0.0) + sum(
        _time_above(count * each / peak_rate, mean_share) for count in range(taken(0.0), peak)
    )
    return Fleet(float(even), curve, uneven, float(peak))


def _time_above(level: float, mean_share: float) -> float:
    """The share of the time in which the curve is above a share of its peak."""
    if level >= 1:
        return 0.0
    return 1.0 if mean_share >= 1 else 1 - float(level ** (mean_share / (1 - mean_share)))
