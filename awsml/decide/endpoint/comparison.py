"""What a move to another type saves at each speed that it may have, and from which it pays."""

from __future__ import annotations

from dataclasses import dataclass, replace

from awsml.basis import Estimate, weakest
from awsml.catalog import Instance
from awsml.decide.endpoint.candidates import Row
from awsml.decide.endpoint.case import Case
from awsml.decide.endpoint.fleet import CLEARLY, fleet_at
from awsml.estimate.fleet import Fleet
from awsml.units import HOURS_PER_MONTH, format_rate

_STEPS = 30
_FULL = "compute"  # the bottleneck whose cure is a faster device, never a slower one


@dataclass(frozen=True, slots=True)
class Bill:
    """What runs today and what an hour of it costs: a move is held against it."""

    fleet: Fleet
    price: Estimate

    def less(self, fast: Fleet, usual: Fleet, slow: Fleet, price: Estimate) -> Estimate | None:
        """Dollars that a move saves a month. The load's course is the same on both sides, and so
        is the end of the prices; how fast the other type is, is not."""
        lows, highs = list[float](), list[float]()
        for old, new in ((self.price.low, price.low), (self.price.high, price.high)):
            if old is None or new is None:
                return None
            for before, best, worst in zip(self.fleet, fast, slow, strict=True):
                lows.append((old * before - new * worst) * HOURS_PER_MONTH)
                highs.append((old * before - new * best) * HOURS_PER_MONTH)
        expected = (self.price.expected or 0.0) * self.fleet.curve
        expected = (expected - (price.expected or 0.0) * usual.curve) * HOURS_PER_MONTH
        return Estimate(min(*lows, expected), expected, max(*highs, expected), "USD")

    def over(self, row: Row) -> Estimate | None:
        """What a move to a candidate saves; None where too little is known."""
        if row.fleet is None or row.one is None or not row.usd_per_month.known:
            return None
        found = self.less(row.fleet.fast, row.fleet.expected, row.fleet.slow, row.price)
        basis = weakest((self.price.basis, row.usd_per_month.basis))
        return found and replace(found, basis=basis)

    @property
    def tie(self) -> float:
        """Savings up to this are none."""
        usd = (self.price.expected or 0.0) * self.fleet.curve * HOURS_PER_MONTH
        return usd * (1 - CLEARLY)

    def pays_from(self, one: Instance, case: Case, sustained: Estimate) -> float | None:
        """Requests a second of one machine from which a move pays whatever the load's course."""
        high = sustained.high
        if high is None or not self._pays(one, case, high):
            return None
        low = 0.0
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (low, middle) if self._pays(one, case, middle) else (middle, high)
        return high

    def _pays(self, one: Instance, case: Case, rate: float) -> bool:
        found = fleet_at(one, case, rate)
        if found is None or not found[1]:
            return False
        saving = self.less(found[0], found[0], found[0], case.price(one))
        return saving is not None and (saving.low or 0.0) > self.tie


def standing_bill(case: Case) -> Bill | None:
    if case.fleet is None or case.here is None or not case.price(case.here).known:
        return None
    return Bill(case.fleet, case.price(case.here))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One endpoint against what it might run on; `short`: what stands cannot carry the load."""

    case: Case
    now: Row
    short: bool
    bottleneck: str | None

    @property
    def bill(self) -> Bill | None:
        if self.short and self.now.fleet is not None and self.now.one is not None:
            return Bill(self.now.fleet.expected, self.case.price(self.now.one))
        return standing_bill(self.case)

    def surely_pays(self, row: Row) -> bool:
        """Whatever the load's course and however slow the type may be."""
        bill = self.bill
        saving = bill.over(row) if bill else None
        if bill is None or saving is None or saving.low is None or not row.surely_in_time:
            return False
        return saving.low > bill.tie and not (self.bottleneck == _FULL and self._weaker(row))

    def _weaker(self, row: Row) -> bool:
        """Whether all of it together may sustain less than what is full now."""
        full = (self.now.sustained.expected or 0.0) * self.case.work.count
        return (row.sustained.low or 0.0) * (row.instances or 0) < full

    def test_of(self, row: Row | None) -> str | None:
        """What to test before a move that may pay, and from which figure it does."""
        if row is None or row.one is None:
            return None
        told = f"test {row.name} first: `awsml endpoint bench`"
        bill = self.bill
        rate = bill.pays_from(row.one, self.case, row.sustained) if bill else None
        low, high = row.sustained.low or 0.0, row.sustained.high or 0.0
        span = f"{format_rate(low)} to {format_rate(high)} are plausible"
        if rate is None:
            return f"{told}; even at {format_rate(high)} requests a second it may not pay"
        if self.bottleneck == _FULL and self._weaker(row):
            full = (self.now.sustained.expected or 0.0) * self.case.work.count
            rate = max(rate, full / (row.instances or 1))
        return f"{told}; it pays from {format_rate(rate)} requests a second ({span})"
