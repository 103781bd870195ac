"""The space of a search: each dimension between 0 and 1 on its own scale, and back to texts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Enough digits for any hyperparameter; the text that is tried is the value that is remembered.
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Dimension:
    """One tuned hyperparameter: choices, or a range on a scale (linear, log, reverse-log)."""

    name: str
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1.0
    scale: str = "linear"
    integer: bool = False

    def text(self, unit: float) -> str:
        """The value at a place between 0 and 1."""
        if self.choices:
            return self.choices[min(len(self.choices) - 1, int(unit * len(self.choices)))]
        value = min(self.high, max(self.low, self._value(unit)))
        if not self.integer:
            return f"{value:.{_DIGITS}g}"
        return str(min(math.floor(self.high), max(math.ceil(self.low), round(value))))

    def unit(self, text: str) -> float | None:
        """Where a value lies between 0 and 1; None when it is none of this dimension's."""
        if self.choices:
            if text not in self.choices:
                return None
            return (self.choices.index(text) + 0.5) / len(self.choices)
        try:
            value = float(text)
        except ValueError:
            return None
        return self._unit(value) if self.low <= value <= self.high else None

    @property
    def settings(self) -> int | None:
        """How many values there are; None where they have no end."""
        if self.choices:
            return len(self.choices)
        return math.floor(self.high) - math.ceil(self.low) + 1 if self.integer else None

    def _value(self, unit: float) -> float:
        low, high = self._ends()
        at = low + unit * (high - low)
        if self.scale == "log":
            return math.exp(at)
        return 1 - math.exp(-at) if self.scale == "reverse-log" else at

    def _unit(self, value: float) -> float:
        low, high = self._ends()
        if high == low:
            return 0.5
        return min(1.0, max(0.0, (self._along(value) - low) / (high - low)))

    def _ends(self) -> tuple[float, float]:
        """Whole numbers share the scale evenly, so each end reaches half a number further."""
        room = 0.4999 if self.integer else 0.0
        return self._along(self.low - room), self._along(self.high + room)

    def _along(self, value: float) -> float:
        if self.scale == "log":
            return math.log(value)
        return -math.log(1 - value) if self.scale == "reverse-log" else value


Setting = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Space:
    """All dimensions of one definition."""

    dimensions: tuple[Dimension, ...]

    def setting(self, units: Sequence[float]) -> dict[str, str]:
        return {d.name: d.text(u) for d, u in zip(self.dimensions, units, strict=True)}

    def units(self, setting: Setting) -> list[float] | None:
        """None for a setting that is not in this space."""
        found = [d.unit(setting[d.name]) if d.name in setting else None for d in self.dimensions]
        known = [unit for unit in found if unit is not None]
        return known if len(known) == len(found) else None

    @property
    def size(self) -> int | None:
        """Number of different settings; None where there is no end to them."""
        counts = [d.settings for d in self.dimensions]
        return None if None in counts else math.prod(count or 0 for count in counts)
