"""What a change saves: the difference of two estimates, with a range that covers both."""

from __future__ import annotations

import math
from collections.abc import Iterable

from awsml.advice import Alternative
from awsml.basis import Estimate, weakest

# Closer than this is a tie: within what the model was off on published measurements.
TIE_SHARE = 0.02
TIE_SECONDS = 15.0


def clearly_less(seconds: float | None, other: float | None) -> bool:
    """Whether one time is less by more than a tie; nothing is less than what is unknown."""
    if seconds is None or other is None:
        return False
    return seconds < other - max(TIE_SECONDS, TIE_SHARE * other)


def saved(before: Estimate, after: Estimate) -> Estimate:
    """Before less after. The constants are the same on both sides, so ends go with ends."""
    if not (before.known and after.known):
        return Estimate.unknown(before.unit, *dict.fromkeys((*before.missing, *after.missing)))
    ends = [
        old - new
        for old, new in (
            (before.low, after.low),
            (before.expected, after.expected),
            (before.high, after.high),
        )
        if old is not None and new is not None
    ]
    low, high = min(ends), max(ends)
    basis = weakest((before.basis, after.basis))
    expected = (before.expected or 0.0) - (after.expected or 0.0)
    return Estimate(low, expected, high, before.unit, basis, before.missing)


def cheapest(options: Iterable[Alternative]) -> Alternative | None:
    """Of those that are better than what stands, by dollars; an unknown price comes last."""
    better = [option for option in options if option.verdict == "better"]
    return min(better, key=_dollars, default=None)


def _dollars(option: Alternative) -> float:
    known = option.usd.expected if option.usd else None
    return math.inf if known is None else known
