"""Ways to get more out of a cluster: settings, parts, machines; what each brings and costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from awsml.basis import Basis, Estimate
from awsml.catalog.cards import Card, card
from awsml.decide.cluster.rent import Option
from awsml.decide.cluster.scaling import Answer
from awsml.estimate.memory import inference_fits, training_fits
from awsml.estimate.ownership import HOURS
from awsml.estimate.scaling import BUS, Fit, gradient_bytes
from awsml.estimate.scaling_prediction import UNIT, predict
from awsml.estimate.scaling_series import Point
from awsml.units import counted, format_rate, format_usd

_ACCUMULATED = 4
# Share of an NVLink's one-way rate that an all-reduce of a pair reaches.
_BRIDGE_SHARE = (0.5, 0.7, 0.9)
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
    one_job: bool = True  # False where the sum is of several jobs, none of them faster


def ways(
    answer: Answer, fitted: Fit, point: Point, rent: Sequence[Option], wanted: Wanted
) -> list[Way]:
    """Everything that could be done, the cheapest first."""
    return [
        *_settings(answer, fitted, point),
        *_parts(answer, fitted, point, wanted),
        *_machines(answer, fitted, rent, point, wanted),
    ]


def _settings(answer: Answer, fitted: Fit, point: Point) -> Iterator[Way]:
    """What costs nothing."""
    free = Estimate.exact(0.0, "USD", Basis.DERIVED)
    for fit in answer.fits:
        last = next((p for p in fit.points if p.gpus == point.gpus), None)
        if last and fit.single and last.gpus > 1 and _accumulates(fit.strategy):
            yield _accumulation(answer, fit, last, free)
    single = fitted.single
    if single is not None and point.gpus > 1:
        rate = single.throughput * point.gpus
        low, expected, high = (rate * share for share in _SIDE_BY_SIDE)
        yield Way(
            f"{point.gpus} jobs of one GPU each",
            Estimate(low, expected, high, UNIT, Basis.ESTIMATED),
            f"they exchange nothing: {point.gpus} x {single.throughput:g} = {rate:.0f} samples/s "
            f"in all, though no single job is faster; for trials of a search, or for replicas "
            f"that serve{_replica(answer)}",
            free,
            one_job=False,
        )
    yield from _other_counts(answer, fitted, point, free)


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
    fits = training_fits(larger, last.gpus, stage_of(fit.strategy), answer.hardware.memory_gib)
    if fits.verdict != "unknown":
        why += f"; a batch of {larger.batch:g} on each GPU does as much: {fits.verdict}"
    throughput = Estimate.within(rate, 0.1, UNIT, Basis.DERIVED)
    return Way(f"{fit.strategy}: accumulate {_ACCUMULATED} steps", throughput, why, free)


def _replica(answer: Answer) -> str:
    fits = inference_fits(answer.model, 1, answer.hardware.memory_gib)
    return f" ({fits.verdict} in one card)" if fits.verdict != "unknown" else ""


def _other_counts(answer: Answer, fitted: Fit, point: Point, free: Estimate) -> Iterator[Way]:
    """Fewer GPUs, or another strategy, that were measured to do more."""
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
    fits = training_fits(answer.model, p.gpus, stage_of(fit.strategy), answer.hardware.memory_gib)
    memory = "" if fits.verdict == "unknown" else f"; memory {fits.verdict} ({fits.because})"
    yield Way(
        f"{fit.strategy} on {counted(p.gpus, 'GPU')}",
        Estimate(p.low, p.throughput, p.high, UNIT, Basis.MEASURED),
        f"measured at {p.throughput:g} samples/s, {change:+.0%} against {point.throughput:g}"
        f"{memory}",
        free,
        possible=fits.verdict != "does not fit",
    )


def stage_of(strategy: str) -> int:
    name = strategy.lower()
    if "fsdp" in name:
        return 3
    digits = [letter for letter in name if letter in "123"] if "zero" in name else []
    return int(digits[0]) if digits else 0


def _parts(answer: Answer, fitted: Fit, point: Point, wanted: Wanted) -> Iterator[Way]:
    """NVLink between pairs, where the card has a connector."""
    known = card(answer.hardware.card) if answer.hardware.card else None
    if known is None or (answer.form != BUS and known.nvlink != "bridge"):
        return
    if known.nvlink != "bridge":
        none = Estimate.unknown(UNIT, "no such part")
        why = f"the {known.name} has no NVLink connector, so neither bridge nor NVSwitch exists"
        yield Way("NVLink", none, f"{why}: 0 of {point.gpus} cards", _unknown_price(), False)
        return
    yield _bridge(answer, fitted, known, point, wanted)


def _bridge(answer: Answer, fitted: Fit, known: Card, point: Point, wanted: Wanted) -> Way:
    """A pair computes as one and exchanges over its own link; other pairs still share the host."""
    pairs = _pairs(answer, point.gpus)
    usd = _unknown_price() if wanted.bridge_usd is None else _exact(wanted.bridge_usd * pairs)
    single, bytes_ = fitted.single, gradient_bytes(answer.model)
    if single is None or bytes_ is None:
        unknown = Estimate.unknown(UNIT, "workload.parameters")
        why = f"{known.nvlink_gbs / 2:g} GB/s one way; the bytes of the gradients are unknown"
        return Way("NVLink pairs", unknown, why, usd)
    batch = fitted.batch or 1.0
    alone = batch / single.throughput
    waits = [bytes_ / (known.nvlink_gbs / 2 * 1e9 * share) for share in _BRIDGE_SHARE]
    # The best case hides the exchange behind the backward pass, the worst hides nothing.
    waits[2] = 0.0
    rates = [2 * batch / (alone + wait) for wait in waits]
    low, expected, high = (rate * pairs for rate in rates)
    one_way = known.nvlink_gbs / 2
    worst = rates[0] / 2 / single.throughput
    why = (
        f"{pairs} pairs, each a job of its own at {format_rate(rates[0])} to "
        f"{format_rate(rates[2])} samples/s "
        f"({worst:.0%} to 100% efficient): {one_way:g} GB/s one way carries {bytes_ / 1e9:.3g} GB "
        f"in {waits[1] * 1000:.0f} ms; a job over several pairs still waits for the host"
    )
    throughput = Estimate(low, expected, high, UNIT, Basis.ESTIMATED)
    return Way("NVLink bridges on pairs", throughput, why, usd, one_job=False)


def _pairs(answer: Answer, gpus: int) -> int:
    """Cards that share a PCIe switch sit beside each other; without a topology every two."""
    links = answer.hardware.links
    near = (
        [pair for pair, label in links.labels.items() if label in ("PIX", "PXB")] if links else []
    )
    taken: set[int] = set()
    count = 0
    for low, high in near:
        if low not in taken and high not in taken:
            taken |= {low, high}
            count += 1
    return count or gpus // 2


def _machines(
    answer: Answer, fitted: Fit, rent: Sequence[Option], point: Point, wanted: Wanted
) -> Iterator[Way]:
    """A second node, and other cards by the hour."""
    hardware = answer.hardware
    each = hardware.gpus or point.gpus
    found = predict(fitted, 2 * each, hardware)
    usd = (
        _exact(each * hardware.card_usd + (hardware.host_usd or 0.0))
        if hardware.card_usd is not None
        else _unknown_price()
    )
    if found.throughput is not None and found.throughput.expected is not None:
        gain = found.throughput.expected / point.throughput
        shown = format_rate(found.throughput.expected)
        why = f"{2 * each} GPUs at {shown} samples/s: {gain:.2f} times"
        yield Way("a second node", found.throughput, why, usd)
    else:
        unknown = Estimate.unknown(UNIT, found.measure)
        why = f"{2 * each} GPUs: {found.because}; measure {found.measure}"
        yield Way("a second node", unknown, why, usd)
    known = [o for o in rent if o.usd_per_million.expected is not None and o.option != "own"]
    if known:
        best = min(known, key=lambda o: o.usd_per_million.expected or math.inf)
        rate, million = best.throughput.expected or 0.0, best.usd_per_million.expected or 0.0
        shown = f"{format_rate(rate)} samples/s, {format_usd(million)} for a million samples"
        why = f"{shown}; {best.because}"
        hours = HOURS * wanted.use * point.throughput / rate if rate else 0.0
        yearly = best.usd_per_hour.scaled(hours)
        yield Way(f"rent {best.option}", best.throughput, why, yearly)


def _exact(usd: float) -> Estimate:
    return Estimate.exact(usd, "USD", Basis.DERIVED)


def _unknown_price() -> Estimate:
    return Estimate.unknown("USD", "hardware.price")
