"""The advice about instances: what carries the load within its latency for the least money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from awsml.advice import Advice, Alternative
from awsml.basis import Basis, Estimate
from awsml.decide.endpoint.candidates import Row, price_order
from awsml.decide.endpoint.case import Case
from awsml.decide.endpoint.comparison import Comparison, standing_bill
from awsml.decide.endpoint.fleet import CLEARLY, at_the_peak, counted_told
from awsml.decide.endpoint.latency import almost_all
from awsml.decide.endpoint.standing import (
    carried_at_most,
    most_instances,
    too_few,
    too_large,
)
from awsml.decide.saving import saved
from awsml.estimate.fleet import Fleet
from awsml.finding import Fix
from awsml.units import format_bytes, format_duration, format_rate, format_usd

_MOST_ROWS = 8


def instance_advice(case: Case, rows: Sequence[Row], bottleneck: str | None = None) -> Advice:
    """The cheapest that carries the load against what stands now, or, where that cannot carry it,
    against as many as can; right-sizing is a verdict."""
    now, *others = rows
    current, short = case.month(case.here), too_few(case, now)
    same = [now] if short or _too_many(now, case) else []
    priced = [row for row in (*same, *others) if row.month is not None]
    against = now.usd_per_month if short and now.month is not None else current
    compared = Comparison(case, now, short, bottleneck)
    best = _least(priced)
    cheaper = best if best is not None and _below(best.month, against.expected) else None
    sure = _least([row for row in priced if compared.surely_pays(row)])
    fit = now.deployable and now.in_time
    move = sure or ((now if short else None) if fit else best)
    large = too_large(case)
    listed = sorted(
        others, key=lambda row: (row.name not in case.work.candidates, price_order(row))
    )
    standard = best.month if short and best is not None else current.expected
    gains = move or cheaper
    testing = cheaper if cheaper is not move else None
    return Advice(
        subject="instance",
        recommend=_too_large(large) or _recommend(case, now, move, compared.test_of(testing)),
        because=f"{now.name}: {now.why}; {_stands(case, now, current)}",
        saves_usd=_saves(case, gains, current) if gains and not large else None,
        alternatives=(
            *_own(case, now, current, move),
            *(_alternative(row, standard, move, compared) for row in listed[:_MOST_ROWS]),
        ),
        field="compute.instance",
        fixes=tuple(_fixes(move, case)) if move and not large else (),
        change=move is not None and not large,
        notes=tuple(_notes(cheaper, compared)),
    )


def _least(rows: Sequence[Row]) -> Row | None:
    return min(rows, key=lambda row: row.month or 0.0, default=None)


def _saves(case: Case, row: Row, current: Estimate) -> Estimate:
    """Against what runs, whatever the load's course and however fast the type is."""
    bill = standing_bill(case)
    found = bill.over(row) if bill else None
    return found or saved(current, row.usd_per_month)


def _below(usd: float | None, other: float | None) -> bool:
    return usd is not None and other is not None and usd < other * CLEARLY


def _too_large(large: tuple[str, float] | None) -> str:
    """No instance takes what real-time inference does not take."""
    if large is None:
        return ""
    name, size = large
    return (
        f"first see to the {name}, or to the serving mode: no instance takes {format_bytes(size)} "
        "in real time"
    )


def _too_many(now: Row, case: Case) -> bool:
    """More than the load takes, and nothing that would scale them in."""
    return now.instances is not None and now.instances < case.work.count and not case.work.most


def _fixes(move: Row, case: Case) -> Iterator[Fix]:
    """Where the load scales the count, its upper end has to reach far enough."""
    if move.name != case.work.instance:
        yield Fix("compute.instance", move.name)
    needed, most = move.instances, case.work.most
    if needed is None:
        return
    if most is None and needed != case.work.count:
        yield Fix("compute.count", str(needed))
    elif most is not None and needed > most:
        yield Fix("autoscaling.max", str(needed))


def _stands(case: Case, now: Row, current: Estimate) -> str:
    """What is there today: dollars, the idle part of them, and how late it answers."""
    if current.expected is None:
        return "its price is unknown"
    count = f"{case.running.expected:.3g}"
    if case.fleet is not None and case.here is not None and not _told_before(case.fleet, now):
        count = f"of what runs, {at_the_peak(case, case.fleet, case.price(case.here))}, these"
    on_average = " on average" if "." in count and "," not in count else ""
    told = f"{count}{on_average} cost {format_usd(current.expected)} a month"
    busy = case.share_of_gpu
    if busy is not None and now.one is not None and now.one.accelerators:
        told += f", of which {format_usd((1 - busy) * current.expected)} buys an idle GPU"
    return told + _as_it_is(case, now)


def _told_before(fleet: Fleet, now: Row) -> bool:
    """Whether what runs is what the load takes, or does not change, so that a number says it."""
    taken = now.fleet.expected if now.fleet else None
    same = taken is not None and (fleet.even, fleet.peak) == (taken.even, taken.peak)
    return same or fleet.even == fleet.peak


def _as_it_is(case: Case, now: Row) -> str:
    target, rate, count = case.work.p99_seconds, case.rate, most_instances(case)
    if rate is None or now.one is None or now.sustained.expected is None or count == now.instances:
        return ""
    each = rate / count
    if each >= now.sustained.expected:
        return f"; {count} of it cannot carry {rate:g} a second at all"
    if target is None or (case.work.most and not too_few(case, now)):
        return ""
    late = almost_all(now.one, now.sustained, each, case).expected or 0.0
    told = f"with {count} of it 99 % take up to {format_duration(late)}"
    return f"; {told} ({format_duration(target)} asked for)"


def _recommend(case: Case, now: Row, move: Row | None, test: str | None) -> str:
    """A move that pays even if the type is as slow as it may be; else a test of it."""
    if move is not None:
        word = "move to"
        if move.name == now.name:
            word = "right-size down to" if _too_many(now, case) else "run"
        elif _smaller(move, case):
            word = "right-size down to"
        also = f"; {test}" if test else ""
        return f"{word} {counted_told(move.fleet, move.instances)} {move.name}{also}"
    if not now.sustained.known:
        return "measure what one instance sustains: `awsml endpoint bench`"
    if test is not None:
        return f"keep {now.name}; {test}"
    if not now.in_time:
        return "none of these answers in time: serve faster (smaller input, a lighter model)"
    return f"keep {now.name}"


def _smaller(best: Row, case: Case) -> bool:
    """A type whose hour costs less than that of the type in force."""
    before = case.price(case.here).expected if case.here else None
    after = case.price(best.one).expected if best.one else None
    return before is not None and after is not None and after < before


def _notes(row: Row | None, compared: Comparison) -> Iterator[str]:
    if row is None or row.sustained.basis is not Basis.ASSUMED:
        return
    low, high = row.sustained.low or 0.0, row.sustained.high or 0.0
    yield (
        f"what {row.name} sustains is carried over by the FLOPS and the memory rates of the "
        f"devices ({format_rate(low)} to {format_rate(high)} requests a second): "
        "measure it before the move"
    )
    if row.fleet is not None and row.fleet.slow != row.fleet.expected and row.one is not None:
        case = compared.case
        told = at_the_peak(case, row.fleet.slow, case.price(row.one))
        late = "" if row.surely_in_time else ", and even so 99 % would answer too late"
        yield f"at {format_rate(low)} a second it takes {told}{late}"


def _own(case: Case, now: Row, current: Estimate, move: Row | None) -> Iterator[Alternative]:
    """What stands; where that is too little, as many of the same type as the load takes as well."""
    if not now.deployable or not too_few(case, now):
        yield Alternative(now.name, "chosen" if now.deployable else "impossible", now.why, current)
        return
    count = most_instances(case)
    cannot = carried_at_most(case, now) is not None
    why = f"{count} for what takes {now.instances}{_as_it_is(case, now)}"
    yield Alternative(f"{count} x {now.name}", "impossible" if cannot else "worse", why, current)
    verdict = "better" if now is move else "worse"
    yield Alternative(f"{now.instances} x {now.name}", verdict, now.why, now.usd_per_month)


def _alternative(
    row: Row, usd: float | None, move: Row | None, compared: Comparison
) -> Alternative:
    if not row.deployable:
        verdict = "impossible"
    elif row is move:
        verdict = "better"  # whatever it costs, where what stands now cannot stay
    elif not row.in_time:
        verdict = "worse"
    elif row.month is None or usd is None:
        verdict = "unknown"
    elif row.month > (usd if compared.short else usd * CLEARLY):
        verdict = "worse"
    else:
        verdict = "better" if compared.surely_pays(row) else "unknown"
    return Alternative(row.name, verdict, row.why, row.usd_per_month)
