"""On which scale each range is searched, why, and what another scale would cost in trials."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from awsml.basis import Basis, Estimate
from awsml.estimate.search import linear_penalty
from awsml.workload.tuning import SearchRange, TuningWorkload

# From two decades on a range is searched by decades, whatever it means.
_DECADES = 2.0
# Names of what acts by factors: one decade is enough.
_BY_FACTORS = frozenset({"lr", "rate", "decay", "alpha", "lambda", "reg", "eta", "l1", "l2", "eps"})
_BY_FACTORS |= {"epsilon", "batch", "units", "hidden", "estimators", "leaves", "temperature"}
# Names of what acts by its distance from 1.
_NEAR_ONE = frozenset(["momentum", "beta", "gamma", "discount", "ema", "polyak", "rho"])
# Smaller than this, a distance from 1 counts as this.
_CLOSEST = 1e-9


@dataclass(frozen=True, slots=True)
class ScaleChoice:
    """The scale of one range. `by_decades` is the scale that fits it where linear does not, and
    `decades` what it spans on that one."""

    field: str
    name: str
    asked: str
    scale: str
    because: str
    by_decades: str | None = None
    decades: float = 0.0

    @property
    def penalty(self) -> Estimate:
        """How many times the trials the scale in force costs against the one that fits."""
        if self.scale != "linear" or self.by_decades is None:
            return Estimate.exact(1.0, "1", Basis.DERIVED)
        return linear_penalty(self.decades)


def scales_of(workload: TuningWorkload) -> list[ScaleChoice]:
    """Every range and every list of choices, in the scenario's order."""
    return list(_scales(workload))


def _scales(workload: TuningWorkload) -> Iterator[ScaleChoice]:
    for job in workload.jobs:
        for each in job.ranges:
            prefix = f"{job.at}." if job.at else ""
            yield _scale(each, f"{prefix}parameters.{each.name}.scale")


def _scale(range_: SearchRange, field: str) -> ScaleChoice:
    if range_.choices:
        because = f"{len(range_.choices)} choices have no order"
        return ScaleChoice(field, range_.name, "auto", "categorical", because)
    fitting, decades, because = fitting_scale(range_)
    by_decades = None if fitting == "linear" else fitting
    if range_.scale == "auto":
        return ScaleChoice(field, range_.name, "auto", fitting, because, by_decades, decades)
    said = f"written so; {because}" if range_.scale == fitting else f"written so, though {because}"
    return ScaleChoice(field, range_.name, range_.scale, range_.scale, said, by_decades, decades)


def fitting_scale(range_: SearchRange) -> tuple[str, float, str]:
    """(scale, decades on it, because) by the range's span and its meaning."""
    low, high = range_.low or 0.0, range_.high or 0.0
    up = _decades(high, low) if 0 < low < high else 0.0
    near = _decades_near_one(low, high) if not range_.integer else 0.0
    meant_near = _means(range_.name, _NEAR_ONE)
    if near and (near >= _DECADES or (meant_near and near >= 1)) and near > up:
        return "reverse-log", near, f"1 - {range_.name} spans {near:.1f} decades near 1"
    if up >= _DECADES:
        return "log", up, f"{low:g} to {high:g} spans {up:.1f} decades"
    if up >= 1 and _means(range_.name, _BY_FACTORS):
        return (
            "log",
            up,
            f"it acts by factors, and {low:g} to {high:g} is a factor of {high / low:g}",
        )
    if low <= 0 < high and high - low and _means(range_.name, _BY_FACTORS):
        return "linear", 0.0, f"it starts at {low:g}, and a logarithmic range must be above 0"
    span = f" spans {up:.1f} decades only" if up else " is searched evenly"
    return "linear", 0.0, f"{low:g} to {high:g}{span}"


def _decades_near_one(low: float, high: float) -> float:
    """Of the distance from 1; AWS takes a reverse-logarithmic range from 0 to below 1."""
    if not 0 <= low < high < 1:
        return 0.0
    return _decades(1 - low, max(_CLOSEST, 1 - high))


def _decades(high: float, low: float) -> float:
    """Rounded, so that 0.01 to 0.1 is one decade and not a hair less."""
    return round(math.log10(high / low), 9)


def _means(name: str, words: frozenset[str]) -> bool:
    parts = name.lower().replace("-", "_").split("_")
    return any(part in words or part.rstrip("0123456789") in words for part in parts)
