"""Which instance types could host the endpoint: what each sustains, how many, at what price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from awsml import catalog
from awsml.basis import Basis, Estimate, weakest
from awsml.catalog import Instance
from awsml.decide.endpoint.case import Case, constant
from awsml.decide.endpoint.fleet import Fleets, at_the_peak, fleets
from awsml.decide.endpoint.hosts import refused, usual_candidates
from awsml.decide.endpoint.latency import allowed_share, almost_all
from awsml.estimate.endpoint import Rates, instances_needed, per_million
from awsml.units import HOURS_PER_MONTH, format_duration, format_rate

# What no part of a machine limits: the figure itself was measured, here or on other cores.
_AS_FAR = {"measured": "as measured", "cores": "by its number of cores"}


@dataclass(frozen=True, slots=True)
class Row:
    """One type. `why` says what it is limited by, or why it cannot be deployed."""

    name: str
    one: Instance | None
    deployable: bool
    sustained: Estimate
    instances: int | None
    fleet: Fleets | None
    price: Estimate  # of an hour
    surely_in_time: bool  # False: as slow as it may be it would answer too late
    usd_per_month: Estimate
    usd_per_million: Estimate
    headroom: float | None
    p99: Estimate
    in_time: bool  # False: the latency that was asked for is out of its reach
    why: str

    def as_json(self) -> dict[str, Any]:
        known = self.sustained.known
        return {
            "instance": self.name,
            "deployable": self.deployable,
            "sustained_rps": self.sustained.as_json() if known else None,
            "instances": self.instances,
            "usd_per_month": _or_none(self.usd_per_month),
            "usd_per_million": _or_none(self.usd_per_million),
            "headroom": None if self.headroom is None else round(self.headroom, 4),
            "p99_seconds": _or_none(self.p99),
            "in_time": self.in_time,
            "why": self.why,
            "missing": list(self._missing()),
        }

    def _missing(self) -> Iterator[str]:
        figures = (self.sustained, self.usd_per_month, self.usd_per_million)
        yield from dict.fromkeys(text for figure in figures for text in figure.missing)

    @property
    def month(self) -> float | None:
        """What is compared: only of types that could be deployed and would answer in time."""
        return self.usd_per_month.expected if self.deployable and self.in_time else None


def _or_none(estimate: Estimate) -> dict[str, Any] | None:
    return estimate.as_json() if estimate.known else None


def candidate_rows(case: Case) -> list[Row]:
    """The type in force first, then the others, cheapest first; unknown prices last.

    Where none of those that the scenario names can host, the usual ones stand in as well.
    """
    now = candidate_row(case.work.instance, case)
    others = _rows(case.work.candidates or usual_candidates(case), case)
    if not any(row.deployable for row in (now, *others)):
        others = _rows((*case.work.candidates, *usual_candidates(case)), case)
    return [now, *sorted(others, key=price_order)]


def _rows(names: Iterable[str], case: Case) -> list[Row]:
    return [candidate_row(n, case) for n in dict.fromkeys(names) if n != case.work.instance]


def price_order(row: Row) -> tuple[bool, bool, float]:
    return not row.deployable, not row.in_time, row.usd_per_month.expected or float("inf")


def candidate_row(name: str, case: Case) -> Row:
    """Its rate, the number of it that the load takes in time, and what they cost."""
    one = catalog.instance(name)
    if one is None:
        return _unknown_type(name, case)
    rates = case.rates(one)
    sustained = rates.sustained
    allowed = allowed_share(one, sustained, case)
    share = constant("scaling_safety_factor") if allowed is None else allowed
    count = _count(case, sustained.expected, share)
    each = None if case.rate is None or count is None else case.rate / count
    p99 = almost_all(one, sustained, each, case)
    fleet = fleets(one, case, sustained)
    month = _month(case, case.price(one), sustained, fleet)
    refusal = refused(name, one, case)
    told = "" if fleet is None else at_the_peak(case, fleet.expected, case.price(one))
    in_time = _in_time(case, allowed, p99)
    return Row(
        name=name,
        one=one,
        deployable=refusal is None,
        sustained=sustained,
        instances=count,
        fleet=fleet,
        price=case.price(one),
        surely_in_time=fleet is None or fleet.surely_in_time,
        usd_per_month=month,
        usd_per_million=_million(case, month),
        headroom=_headroom(case, sustained, count),
        p99=p99,
        in_time=allowed is not None,
        why=refusal or _why(rates, count, case, in_time, told),
    )


def _unknown_type(name: str, case: Case) -> Row:
    unknown = Estimate.unknown("requests/s", f"what {name} is made of")
    usd = Estimate.unknown("USD", f"a price of {name}")
    late = Estimate.unknown("s", *unknown.missing)
    refusal = refused(name, None, case)
    why = refusal or f"not known how much it sustains: measure {unknown.missing[0]}"
    return Row(
        name, None, refusal is None, unknown, None, None, usd, True, usd, usd, None, late, True, why
    )


def _count(case: Case, sustained: float | None, share: float) -> int | None:
    """As many as a part of the busiest load takes, and never fewer than are kept."""
    if case.rate is None or not sustained:
        return None
    return max(instances_needed(case.rate, sustained, share), case.work.fewest or 1)


def _month(case: Case, price: Estimate, sustained: Estimate, fleet: Fleets | None) -> Estimate:
    """Dollars a month; a slower type than expected takes more of it. Where the load scales them,
    as many run as its course through the month takes."""
    if fleet is None:
        return _no_month(case, sustained)
    if not price.known:
        return Estimate.unknown("USD", *price.missing)
    basis = weakest((price.basis, sustained.basis))
    running = fleet.range(basis)
    ends = [
        None if usd is None or count is None else usd * count * HOURS_PER_MONTH
        for usd, count in (
            (price.low, running.low),
            (price.expected, running.expected),
            (price.high, running.high),
        )
    ]
    return Estimate(ends[0], ends[1], ends[2], "USD", basis)


def _no_month(case: Case, sustained: Estimate) -> Estimate:
    missing = list(sustained.missing)
    if case.rate is None:
        missing.append("traffic.requests_per_second")
    return Estimate.unknown("USD", *missing)


def _million(case: Case, month: Estimate) -> Estimate:
    if case.rate is None:
        return Estimate.unknown("USD", "traffic.requests_per_second")
    if not month.known:
        return Estimate.unknown("USD", *month.missing)
    return per_million(month, case.rate, case.work.mean_share)


def _headroom(case: Case, sustained: Estimate, count: int | None) -> float | None:
    """The share of what they sustain that the busiest time leaves."""
    if case.rate is None or not count or not sustained.expected:
        return None
    return 1 - case.rate / (count * sustained.expected)


def _why(rates: Rates, count: int | None, case: Case, in_time: str, told: str) -> str:
    sustained = rates.sustained
    if sustained.expected is None:
        return f"not known how much it sustains: measure {sustained.missing[0]}"
    carried = "" if sustained.basis is not Basis.ASSUMED else ", carried over from another device"
    rate, by = format_rate(sustained.expected), rates.limited_by
    limit = _AS_FAR.get(by or "", f"limited by {by}")
    text = f"{rate} requests a second, {limit}{carried}"
    if count and case.rate:
        used = case.rate / (count * sustained.expected)
        text += f"; {told}, {used:.0%} used" + (" at the peak" if "," in told else "")
    return text + in_time


def _in_time(case: Case, allowed: float | None, p99: Estimate) -> str:
    """What 99 % take, where a time was asked for."""
    target = case.work.p99_seconds
    if target is None or p99.expected is None:
        return ""
    if allowed is None:
        return (
            f"; too late: 99 % would take {format_duration(p99.expected)}, and even an idle one "
            f"does not keep {format_duration(target)}"
        )
    safety = constant("scaling_safety_factor")
    less = "" if allowed >= safety else f" (at most {allowed:.0%} used, so that they wait less)"
    return f"; 99 % within {format_duration(p99.expected)} of {format_duration(target)}{less}"
