"""How many of a type run at every speed that it may have, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass

from awsml.basis import Basis, Estimate
from awsml.catalog import Instance
from awsml.decide.endpoint.case import Case, constant
from awsml.decide.endpoint.latency import allowed_share
from awsml.estimate.endpoint import instances_needed
from awsml.estimate.fleet import Fleet, scaled_fleet, standing_fleet
from awsml.units import HOURS_PER_MONTH, format_rate, format_usd

CLEARLY = 0.98  # closer prices are a tie


@dataclass(frozen=True, slots=True)
class Fleets:
    """Of the fastest, the expected and the slowest that one machine of the type may be."""

    fast: Fleet
    expected: Fleet
    slow: Fleet
    surely_in_time: bool

    def range(self, basis: Basis) -> Estimate:
        low = min(self.fast.estimate(basis).low or 0.0, self.expected.curve)
        return Estimate(low, self.expected.curve, self.slow.peak, "instance", basis)


def fleets(one: Instance, case: Case, sustained: Estimate) -> Fleets | None:
    found = [
        fleet_at(one, case, rate) for rate in (sustained.high, sustained.expected, sustained.low)
    ]
    fast, usual, slow = (each and each[0] for each in found)
    if fast is None or usual is None or slow is None:
        return None
    return Fleets(fast, usual, slow, found[2] is not None and found[2][1])


def fleet_at(one: Instance, case: Case, rate: float | None) -> tuple[Fleet, bool] | None:
    """As many as the load takes at this speed, and whether they answer in time."""
    if case.rate is None or not rate:
        return None
    share = allowed_share(one, Estimate.exact(rate, "requests/s", Basis.ASSUMED), case)
    each = rate * (constant("scaling_safety_factor") if share is None else share)
    fewest = case.work.fewest or 1
    if case.work.most is None:
        fleet = standing_fleet(max(fewest, instances_needed(case.rate, each, 1.0)))
    else:
        fleet = scaled_fleet(case.rate, case.work.mean_share, each, fewest, None)
    return fleet, share is not None


def at_the_peak(case: Case, fleet: Fleet, price: Estimate | None = None) -> str:
    """Machines at the peak and at the mean of the load, each with its dollars, and on average."""
    rate, mean = case.rate or 0.0, (case.rate or 0.0) * case.work.mean_share
    hour = price.expected if price is not None else None
    peak = f"{fleet.peak:g} at the peak of {format_rate(rate)} a second"
    if fleet.peak == fleet.even:
        return peak
    even = f"{fleet.even:g} at the mean of {format_rate(mean)}"
    if hour is not None:
        peak += f" ({format_usd(hour * HOURS_PER_MONTH * fleet.peak)} a month if it lasted)"
        even += f" ({format_usd(hour * HOURS_PER_MONTH * fleet.even)})"
    return f"{peak}, {even}, {fleet.curve:.3g} on average"


def counted_told(fleet: Fleets | None, instances: int | None) -> str:
    """`2 x`, or `1 to 2 x` where the load scales them."""
    even = fleet.expected.even if fleet else instances
    return f"{instances} x" if even == instances else f"{even:g} to {instances} x"
