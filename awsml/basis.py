"""Where a figure comes from, and figures that say so: facts and estimates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple


class Basis(StrEnum):
    """One scale from strongest to weakest; a figure inherits the weakest it rests on."""

    MEASURED = "measured"
    LISTED = "listed"
    DOCUMENTED = "documented"
    DERIVED = "derived"
    FITTED = "fitted"
    ESTIMATED = "estimated"
    ASSUMED = "assumed"

    @property
    def rank(self) -> int:
        return _BASES.index(self)


_BASES = list(Basis)


def weakest(bases: Iterable[Basis]) -> Basis:
    """The weakest basis given; `measured` when there is nothing to be weaker."""
    return max(bases, key=lambda basis: basis.rank, default=Basis.MEASURED)


class Fact(NamedTuple):
    """A value about AWS with its unit, source and date; `error` is relative (0.05 is 5 %)."""

    value: Any
    unit: str
    source: str
    date: str
    basis: Basis
    error: float | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A predicted number with its range; None is unknown, and `missing` says what would tell."""

    low: float | None
    expected: float | None
    high: float | None
    unit: str
    basis: Basis = Basis.ESTIMATED
    missing: tuple[str, ...] = ()

    @classmethod
    def exact(cls, value: float, unit: str, basis: Basis) -> Estimate:
        return cls(value, value, value, unit, basis)

    @classmethod
    def within(cls, value: float, share: float, unit: str, basis: Basis) -> Estimate:
        """`value` plus or minus a share of itself (0.1 is 10 %)."""
        return cls(value * (1 - share), value, value * (1 + share), unit, basis)

    @classmethod
    def unknown(cls, unit: str, *missing: str) -> Estimate:
        return cls(None, None, None, unit, Basis.ASSUMED, missing)

    @property
    def known(self) -> bool:
        return self.expected is not None

    def scaled(self, factor: float, unit: str | None = None) -> Estimate:
        """The same estimate times an exact, non-negative factor."""
        return self.mapped(lambda value: value * factor, unit)

    def mapped(self, change: Callable[[float], float], unit: str | None = None) -> Estimate:
        """Each bound through an increasing function."""
        ends = [None if v is None else change(v) for v in (self.low, self.expected, self.high)]
        return replace(self, low=ends[0], expected=ends[1], high=ends[2], unit=unit or self.unit)

    def __add__(self, other: Estimate) -> Estimate:
        if not (self.known and other.known):
            return Estimate.unknown(self.unit, *dict.fromkeys((*self.missing, *other.missing)))
        return Estimate(
            _sum(self.low, other.low),
            _sum(self.expected, other.expected),
            _sum(self.high, other.high),
            self.unit,
            weakest((self.basis, other.basis)),
        )

    def as_json(self) -> dict[str, Any]:
        figures: dict[str, Any] = {
            "low": _rounded(self.low),
            "expected": _rounded(self.expected),
            "high": _rounded(self.high),
            "unit": self.unit,
            "basis": self.basis.value,
        }
        if not self.known or self.missing:
            figures["missing"] = list(self.missing)
        return figures


def total(estimates: Iterable[Estimate], unit: str) -> Estimate:
    """The sum of estimates; unknown as soon as one of them is."""
    result = Estimate.exact(0.0, unit, Basis.MEASURED)
    for estimate in estimates:
        result = result + estimate
    return result


def _sum(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else left + right


def _rounded(value: float | None) -> float | None:
    """Six significant digits: enough for any figure here, and stable across machines."""
    return None if value is None else float(f"{value:.6g}")
