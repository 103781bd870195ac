"""Which instance types could host the endpoint: what each sustains, how many, at what price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.basis import Basis, Estimate, weakest
from awsml.catalog import Instance
from awsml.decide.saving import saved
from awsml.decide.serving_case import Case, constant
from awsml.estimate.endpoint import instances_needed, per_million
from awsml.finding import Fix
from awsml.units import format_usd

_HOURS_PER_MONTH = 730.0
# Compared where the scenario names none: each family's sizes up to eight devices.
_MOST_DEVICES = 8
_MOST_CORES = 16
_MOST_ROWS = 8
_CLEARLY = 0.98  # closer prices are a tie


@dataclass(frozen=True, slots=True)
class Row:
    """One type. `why` says what it is limited by, or why it cannot be deployed."""

    name: str
    one: Instance | None
    deployable: bool
    sustained: Estimate
    instances: int | None
    usd_per_month: Estimate
    usd_per_million: Estimate
    headroom: float | None
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
            "why": self.why,
            "missing": list(self._missing()),
        }

    def _missing(self) -> Iterator[str]:
        figures = (self.sustained, self.usd_per_month, self.usd_per_million)
        yield from dict.fromkeys(text for figure in figures for text in figure.missing)

    @property
    def month(self) -> float | None:
        return self.usd_per_month.expected if self.deployable else None


def _or_none(estimate: Estimate) -> dict[str, Any] | None:
    return estimate.as_json() if estimate.known else None


def candidate_rows(case: Case) -> list[Row]:
    """The type in force first, then the others, cheapest first; unknown prices last."""
    names = list(dict.fromkeys(case.work.candidates or _usual(case)))
    others = [candidate_row(name, case) for name in names if name != case.work.instance]
    others.sort(key=lambda row: (not row.deployable, _price_order(row)))
    return [candidate_row(case.work.instance, case), *others]


def _price_order(row: Row) -> float:
    return row.usd_per_month.expected or float("inf")


def _usual(case: Case) -> Iterator[str]:
    """P3 and P3dn, and what hosting accepts today with a price where it runs."""
    yield from ("ml.p3.2xlarge", "ml.p3.8xlarge", "ml.p3.16xlarge", "ml.p3dn.24xlarge")
    families = _guide_families(case)
    for one in catalog.instances():
        if one.retired or "hosting" not in catalog.accepted_by(one.ml_name):
            continue
        small = one.vcpus <= _MOST_CORES or 0 < one.accelerators <= _MOST_DEVICES
        wanted = one.family in families if families else one.accelerators > 0
        if wanted and small and case.price(one).known:
            yield one.ml_name


def _guide_families(case: Case) -> tuple[str, ...]:
    facts = catalog.algorithm(case.work.algorithm) if case.work.algorithm else None
    return facts.hosting_families if facts else ()


def candidate_row(name: str, case: Case) -> Row:
    """Its rate, the number of it that the load takes, and what they cost."""
    one = catalog.instance(name)
    unknown = Estimate.unknown("requests/s", f"what {name} is made of")
    rates = case.rates(one) if one else None
    sustained = rates.sustained if rates else unknown
    count = _count(case, sustained.expected)
    price = case.price(one) if one else Estimate.unknown("USD/hour", f"a price of {name}")
    month = _month(case, price, sustained)
    refusal = refused(name, one, case)
    limit = rates.limited_by if rates else None
    why = refusal or _why(limit, sustained, count, case)
    return Row(
        name=name,
        one=one,
        deployable=refusal is None,
        sustained=sustained,
        instances=count,
        usd_per_month=month,
        usd_per_million=_million(case, month),
        headroom=_headroom(case, sustained, count),
        why=why,
    )


def _count(case: Case, sustained: float | None) -> int | None:
    if case.rate is None or not sustained:
        return None
    needed = instances_needed(case.rate, sustained, constant("scaling_safety_factor"))
    return max(needed, case.work.fewest or 1)


def _month(case: Case, price: Estimate, sustained: Estimate) -> Estimate:
    """Dollars a month; a slower type than expected takes more of it."""
    rates = (sustained.high, sustained.expected, sustained.low)
    counts = [_count(case, rate) for rate in rates]
    if not (price.known and all(counts)):
        missing = price.missing if not price.known and all(counts) else ()
        return _no_month(case, sustained) if not missing else Estimate.unknown("USD", *missing)
    ends = [
        None if usd is None or count is None else usd * count * _HOURS_PER_MONTH
        for usd, count in zip((price.low, price.expected, price.high), counts, strict=True)
    ]
    return Estimate(ends[0], ends[1], ends[2], "USD", weakest((price.basis, sustained.basis)))


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


def refused(name: str, one: Instance | None, case: Case) -> str | None:
    """Why AWS or the algorithm's guide does not let it host; None where nothing stands against."""
    accepted = catalog.accepted_by(name)
    if "hosting" not in accepted:
        near = nearest_hosted(one) if one else None
        use = f" (accepted for {', '.join(sorted(accepted))})" if accepted else ""
        told = f"; the nearest that can be is {near.ml_name}" if near else ""
        return f"{name} cannot be hosted: CreateEndpointConfig refuses it{use}{told}"
    if one is not None and one.retired and one.life is not None:
        return f"retired {one.life.since or ''}: {one.life.note}".replace("  ", " ")
    families = _guide_families(case)
    if families and one is not None and one.family not in families:
        return (
            f"the guide of {case.work.algorithm} names {', '.join(families)} for hosting, "
            f"not {one.family}: unsupported by the guide"
        )
    return None


def nearest_hosted(one: Instance) -> Instance | None:
    """As many devices and at least as much bandwidth, that hosting takes; the cheapest network."""
    able = [
        other
        for other in catalog.instances()
        if "hosting" in catalog.accepted_by(other.ml_name)
        and not other.retired
        and other.gpus >= one.gpus
        and (other.network_baseline_gbps or 0) >= (one.network_baseline_gbps or 0)
    ]
    return min(able, key=lambda o: (o.gpus, o.network_baseline_gbps or 0, o.name), default=None)


def _why(limit: str | None, sustained: Estimate, count: int | None, case: Case) -> str:
    if not sustained.known:
        return f"not known how much it sustains: measure {sustained.missing[0]}"
    carried = "" if sustained.basis is not Basis.ASSUMED else ", carried over from another device"
    text = f"{sustained.expected:.3g} requests a second, limited by {limit}{carried}"
    if count and case.rate:
        text += f"; {count} for {case.rate:g} a second with {constant('scaling_safety_factor'):.0%}"
        text += " of it used"
    return text


def instance_advice(case: Case, rows: Sequence[Row]) -> Advice:
    """The cheapest that carries the load against what stands now; right-sizing is a verdict."""
    now, *others = rows
    current = _current(case)
    priced = [row for row in others if row.month is not None]
    best = min(priced, key=lambda row: row.month or 0.0, default=None)
    usd = current.expected
    cheaper = best is not None and usd is not None and (best.month or 0.0) < usd * _CLEARLY
    sure = cheaper and best is not None and (best.usd_per_month.high or 0.0) < (usd or 0.0)
    listed = sorted(others, key=lambda row: (row.name not in case.work.candidates, _order(row)))
    move = best if sure or not now.deployable else None
    return Advice(
        subject="instance",
        recommend=_recommend(case, now, move, best if cheaper else None),
        because=f"{now.name}: {now.why}; {_stands(case, current)}",
        saves_usd=saved(current, best.usd_per_month) if best and cheaper else None,
        alternatives=(_own(now, current), *(_alternative(row, usd) for row in listed[:_MOST_ROWS])),
        field="compute.instance",
        fixes=(Fix("compute.instance", move.name),) if move else (),
        change=move is not None,
        notes=tuple(_notes(best) if cheaper else ()),
    )


def _order(row: Row) -> tuple[bool, float]:
    return (not row.deployable, _price_order(row))


def _current(case: Case) -> Estimate:
    """Dollars a month of what the scenario asks for."""
    if case.here is None:
        return Estimate.unknown("USD", f"a price of {case.work.instance}")
    return case.price(case.here).scaled(_HOURS_PER_MONTH * case.work.count, "USD")


def _stands(case: Case, current: Estimate) -> str:
    if current.expected is None:
        return "its price is unknown"
    told = f"{case.work.count} cost {format_usd(current.expected)} a month"
    busy = case.share_of_gpu
    if busy is not None:
        told += f", of which {format_usd((1 - busy) * current.expected)} buys an idle GPU"
    return told


def _recommend(case: Case, now: Row, move: Row | None, promising: Row | None) -> str:
    """A move that pays even if the type is as slow as it may be; else a measurement."""
    if move is not None:
        smaller = _smaller(move, case)
        return f"{'right-size down' if smaller else 'move'} to {move.instances} x {move.name}"
    if not now.sustained.known:
        return "measure what one instance sustains: `awsml endpoint bench`"
    if promising is not None:
        return f"measure {promising.name}: {promising.instances} of it may carry the load for less"
    return f"keep {now.name}"


def _smaller(best: Row, case: Case) -> bool:
    """A type whose hour costs less than that of the type in force."""
    before = case.price(case.here).expected if case.here else None
    after = case.price(best.one).expected if best.one else None
    return before is not None and after is not None and after < before


def _notes(best: Row | None) -> Iterator[str]:
    if best is not None and best.sustained.basis is Basis.ASSUMED:
        yield (
            f"what {best.name} sustains is assumed from another device "
            f"({best.sustained.low:.3g} to {best.sustained.high:.3g} requests a second): "
            "measure it before the move"
        )


def _own(now: Row, current: Estimate) -> Alternative:
    return Alternative(now.name, "chosen" if now.deployable else "impossible", now.why, current)


def _alternative(row: Row, usd: float | None) -> Alternative:
    if not row.deployable:
        verdict = "impossible"
    elif row.month is None or usd is None:
        verdict = "unknown"
    else:
        verdict = "better" if row.month < usd * _CLEARLY else "worse"
    return Alternative(row.name, verdict, row.why, row.usd_per_month)
