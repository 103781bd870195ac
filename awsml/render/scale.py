"""Scales of a chart: numbers to positions, and round numbers to label them with."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` to `high` of the data onto `start` to `end` of the picture."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def position(self, value: float) -> float:
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(max(value, 1e-300))
        share = (at - low) / (high - low) if high != low else 0.5
        return self.start + share * (self.end - self.start)

    def ticks(self, wanted: int = 5) -> list[float]:
        return (
            log_ticks(self.low, self.high)
            if self.log
            else linear_ticks(self.low, self.high, wanted)
        )


def fitted(
    values: Iterable[float], start: float, end: float, *, log: bool = False, zero: bool = False
) -> Scale:
    """A scale that holds all values, with a little room; a logarithmic one skips 0 and less."""
    known = [v for v in values if math.isfinite(v) and (v > 0 or not log)]
    if not known:
        return Scale(1.0, 10.0, start, end, log) if log else Scale(0.0, 1.0, start, end)
    low, high = min(known), max(known)
    if log:
        return Scale(low / 1.15, high * 1.15, start, end, True)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
    bottom = low if zero and low == 0 else low - room
    return Scale(bottom, high + room, start, end)


def spans_decades(values: Iterable[float]) -> bool:
    """A loss that falls, or bursts, by factors of a thousand is read on a logarithmic axis."""
    known = [value for value in values if math.isfinite(value)]
    return bool(known) and min(known) > 0 and max(known) / min(known) > 1000


def linear_ticks(low: float, high: float, wanted: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not (span > 0 and math.isfinite(span)):
        return [low]
    power = 10.0 ** math.floor(math.log10(span / wanted))
    step = next(s * power for s in (1, 2, 5, 10) if s * power * wanted >= span * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten; also 2 and 5 times them where that leaves few enough labels."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    digits = (1, 2, 5) if last - first <= 2 else (1,)
    stride = max(1, math.ceil((last - first) / 8))
    ticks = [d * 10.0**power for power in range(first, last + 1, stride) for d in digits]
    return [tick for tick in ticks if low <= tick <= high] or [low, high]


def label(value: float) -> str:
    """A short label: 20k, 1.5M, 0.001, 1e-05."""
    size = abs(value)
    for factor, unit in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= factor * 0.9999:
            return f"{value / factor:.4g}{unit}"
    return f"{value:.4g}"
