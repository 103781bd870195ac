"""Ways that cost nothing: all cards that are there, other settings; and the rate that is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from awsml.basis import Basis, Estimate
from awsml.decide.cluster.rent import Used
from awsml.decide.cluster.scaling import Answer
from awsml.estimate.memory import serves, trains
from awsml.estimate.scaling import Fit
from awsml.estimate.scaling_prediction import UNIT, Prediction, predict
from awsml.estimate.scaling_series import Point
from awsml.units import counted, format_rate

BETTER = 1.02  # less is no gain
_ACCUMULATED = 4
# Jobs side by side share memory bandwidth, disks and cooling.
_SIDE_BY_SIDE = (0.85, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the scenario asks: a throughput, money for it, and a bridge's price."""

    throughput: float | None = None
    budget_usd: float | None = None
    bridge_usd: float | None = None
    use: float = 1.0  # share of a year that it works


@dataclass(frozen=True, slots=True)
class Way:
    """One thing to do: what it brings, what it costs once, and whether it can be done at all."""

    option: str
    throughput: Estimate
    why: str
    usd: Estimate
    possible: bool = True
    gpus: int | None = None  # of those that are there, where not all of them
    one_job: bool = True  # False where the sum is of several jobs, none of them faster


def best_measured(answer: Answer) -> tuple[Fit, Point] | None:
    """The highest throughput of any strategy on the most GPUs of one node that were measured."""
    points = [(fit, p) for fit in answer.fits for p in fit.points if p.nodes == 1]
    if not points:
        return None
    most = max(point.gpus for _, point in points)
    full = [(fit, point) for fit, point in points if point.gpus == most]
    return max(full, key=lambda pair: pair[1].throughput)


def cards(answer: Answer, point: Point) -> int:
    """All GPUs that are there."""
    return max(point.gpus, (answer.hardware.gpus or 0) * answer.hardware.nodes)


def first_gain(found: Sequence[Way], point: Point, wanted: Wanted) -> Way | None:
    """The first, and so the cheapest, that is a gain, reaches the target and is in the budget."""
    for way in found:
        rate, usd = way.throughput.expected, way.usd.expected
        if not way.possible or rate is None or rate < point.throughput * BETTER:
            continue
        if wanted.throughput is not None and (rate < wanted.throughput or not way.one_job):
            continue
        if wanted.budget_usd is not None and (usd is None or usd > wanted.budget_usd):
            continue
        return way
    return None


def used(answer: Answer, wanted: Wanted) -> Used | None:
    """What the machines that are there do once the free advice is followed."""
    now = best_measured(answer)
    if now is None:
        return None
    fitted, point = now
    jobs = [way for way in settings(answer, fitted, point) if way.one_job and way.possible]
    fastest = max(jobs, key=lambda way: way.throughput.expected or 0.0, default=None)
    way = first_gain(jobs, point, wanted) or fastest
    single, measured = fitted.single, point.throughput
    rate = single.throughput if single else None
    if way is not None and (way.throughput.expected or 0.0) >= measured * BETTER:
        how = f"with {way.option}{_of_all(way.gpus, answer, point)}; {measured:g} as measured"
        return Used(rate, way.throughput, how)
    how = f"as measured{_of_all(point.gpus, answer, point)}"
    return Used(rate, Estimate.exact(measured, UNIT, Basis.MEASURED), how)


def _of_all(gpus: int | None, answer: Answer, point: Point) -> str:
    """Where cards stand idle, since all of them are paid."""
    total = cards(answer, point)
    return f" ({gpus} of {total} GPUs at work)" if gpus is not None and gpus < total else ""


def settings(answer: Answer, fitted: Fit, point: Point) -> Iterator[Way]:
    """What costs nothing."""
    free = Estimate.exact(0.0, "USD", Basis.DERIVED)
    yield from _all_cards(answer, point, free)
    for fit in answer.fits:
        last = next((p for p in fit.points if p.gpus == point.gpus), None)
        if last and fit.single and last.gpus > 1 and _accumulates(fit.strategy):
            yield _accumulation(answer, fit, last, free)
    single, gpus = fitted.single, cards(answer, point)
    if single is not None and gpus > 1:
        rate = single.throughput * gpus
        low, expected, high = (rate * share for share in _SIDE_BY_SIDE)
        yield Way(
            f"{gpus} jobs of one GPU each",
            Estimate(low, expected, high, UNIT, Basis.ESTIMATED),
            f"they exchange nothing: {gpus} x {single.throughput:g} = {rate:.0f} samples/s "
            f"in all, though no single job is faster; for trials of a search, or for replicas "
            f"that serve{_replica(answer)}",
            free,
            one_job=False,
        )
    yield from _other_counts(answer, fitted, point, free)


def _all_cards(answer: Answer, point: Point, free: Estimate) -> Iterator[Way]:
    """Cards that are there and were not measured together, by the strategy that does most."""
    total, each = cards(answer, point), answer.hardware.gpus or point.gpus
    for gpus in sorted({each, total}):
        if gpus <= point.gpus:
            continue
        found = [predict(fit, gpus, answer.hardware) for fit in answer.fits]
        best = max(found, key=lambda each: each.throughput.expected or 0 if each.throughput else 0)
        name = f"{best.strategy} on all {gpus} GPUs"
        if gpus < total:
            name = f"{best.strategy} on {gpus} GPUs, a full node"
        yield replace(_predicted(name, best, point, free), gpus=gpus)


def _predicted(name: str, found: Prediction, point: Point, free: Estimate) -> Way:
    rate = found.throughput
    if rate is None or rate.expected is None:
        unknown = Estimate.unknown(UNIT, found.measure)
        return Way(name, unknown, f"{found.because}; measure {found.measure}", free)
    gain = rate.expected / point.throughput
    why = (
        f"{point.gpus} of them were measured: {format_rate(rate.expected)} samples/s, "
        f"{gain:.2f} times as much ({rate.basis.value})"
    )
    return Way(name, rate, why, free)


def _accumulates(strategy: str) -> bool:
    """ZeRO 2 and 3, and FSDP, reduce in every step; DDP and ZeRO 1 only in the last."""
    name = strategy.lower().replace("-", "").replace("_", "")
    return not any(word in name for word in ("zero2", "zero3", "fsdp", "deepspeed"))


def _accumulation(answer: Answer, fit: Fit, last: Point, free: Estimate) -> Way:
    """k steps of work for one exchange: k b N / (k T1 + wait)."""
    assert fit.single is not None
    batch = fit.batch or 1.0
    alone = batch / fit.single.throughput
    waiting = max(0.0, batch * last.gpus / last.throughput - alone)
    rate = _ACCUMULATED * batch * last.gpus / (_ACCUMULATED * alone + waiting)
    why = (
        f"one exchange for {_ACCUMULATED} steps of work: {_ACCUMULATED} x {alone:.3g} s + "
        f"{waiting:.3g} s, so {format_rate(rate)} samples/s instead of {last.throughput:g}; the "
        f"batch is {_ACCUMULATED} times as large, and the learning rate has to follow"
    )
    larger = replace(answer.model, batch=_ACCUMULATED * batch)
    fits = trains(larger, last.gpus, stage_of(fit.strategy), answer.hardware.memory_gib)
    if fits.verdict != "unknown":
        why += f"; a batch of {larger.batch:g} on each GPU does as much: {fits.verdict}"
    throughput = Estimate.within(rate, 0.1, UNIT, Basis.DERIVED)
    return Way(
        f"{fit.strategy}: accumulate {_ACCUMULATED} steps", throughput, why, free, gpus=last.gpus
    )


def _replica(answer: Answer) -> str:
    fits = serves(answer.model, 1, answer.hardware.memory_gib)
    return f" ({fits.verdict} in one card)" if fits.verdict != "unknown" else ""


def _other_counts(answer: Answer, fitted: Fit, point: Point, free: Estimate) -> Iterator[Way]:
    """Fewer GPUs, or another strategy, that were measured to do more. What ran does fit."""
    others = [
        (fit, p)
        for fit in answer.fits
        for p in fit.points
        if p.nodes == 1 and (fit, p) != (fitted, point)
    ]
    best = max(others, key=lambda pair: pair[1].throughput, default=None)
    if best is None or best[1].gpus == 1:
        return
    fit, p = best
    change = p.throughput / point.throughput - 1
    yield Way(
        f"{fit.strategy} on {counted(p.gpus, 'GPU')}",
        Estimate(p.low, p.throughput, p.high, UNIT, Basis.MEASURED),
        f"measured at {p.throughput:g} samples/s, {change:+.0%} against {point.throughput:g}",
        free,
        gpus=p.gpus,
    )


def stage_of(strategy: str) -> int:
    name = strategy.lower()
    if "fsdp" in name:
        return 3
    digits = [letter for letter in name if letter in "123"] if "zero" in name else []
    return int(digits[0]) if digits else 0
