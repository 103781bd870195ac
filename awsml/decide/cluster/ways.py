"""Ways to get more out of a cluster: settings, parts, machines; what each brings and costs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from awsml.basis import Basis, Estimate
from awsml.catalog.cards import Card, card
from awsml.decide.cluster.rent import Option
from awsml.decide.cluster.scaling import Answer
from awsml.decide.cluster.settings import Wanted, Way, cards, settings, used
from awsml.estimate.ownership import HOURS, owned
from awsml.estimate.scaling import BUS, Fit, gradient_bytes
from awsml.estimate.scaling_prediction import UNIT, predict
from awsml.estimate.scaling_series import Point
from awsml.units import format_rate, format_usd

# Share of an NVLink's one-way rate that an all-reduce of a pair reaches.
_BRIDGE_SHARE = (0.5, 0.7, 0.9)


def ways(
    answer: Answer, fitted: Fit, point: Point, rent: Sequence[Option], wanted: Wanted
) -> list[Way]:
    """Everything that could be done, the cheapest first."""
    return [
        *settings(answer, fitted, point),
        *_parts(answer, fitted, point, wanted),
        *_machines(answer, fitted, rent, point, wanted),
    ]


def _parts(answer: Answer, fitted: Fit, point: Point, wanted: Wanted) -> Iterator[Way]:
    """NVLink between pairs, where the card has a connector."""
    known = card(answer.hardware.card) if answer.hardware.card else None
    if known is None or (answer.form != BUS and known.nvlink != "bridge"):
        return
    if known.nvlink != "bridge":
        none = Estimate.unknown(UNIT, "no such part")
        why = f"the {known.name} has no NVLink connector, so neither bridge nor NVSwitch exists"
        yield Way(
            "NVLink", none, f"{why}: 0 of {cards(answer, point)} cards", _unknown_price(), False
        )
        return
    yield _bridge(answer, fitted, known, point, wanted)


def _bridge(answer: Answer, fitted: Fit, known: Card, point: Point, wanted: Wanted) -> Way:
    """A pair computes as one and exchanges over its own link; other pairs still share the host."""
    pairs = _pairs(answer, cards(answer, point))
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
    """One node more, and other cards by the hour."""
    yield _node(answer, fitted, point, wanted)
    known = [o for o in rent if o.usd_per_million.expected is not None and o.option != "own"]
    if not known:
        return
    best = min(known, key=lambda o: o.usd_per_million.expected or math.inf)
    rate, million = best.throughput.expected or 0.0, best.usd_per_million.expected or 0.0
    now = used(answer, wanted)
    work = now.throughput.expected if now else None
    years = answer.hardware.years
    hours = HOURS * years * wanted.use * (work or point.throughput) / rate if rate else 0.0
    why = (
        f"{format_rate(rate)} samples/s, {format_usd(million)} for a million samples; "
        f"{best.because}; the dollars are of {years:g} years, as long as what is bought is used"
    )
    yield Way(f"rent {best.option}", best.throughput, why, best.usd_per_hour.scaled(hours))


def _node(answer: Answer, fitted: Fit, point: Point, wanted: Wanted) -> Way:
    hardware = answer.hardware
    each = hardware.gpus or point.gpus
    gpus = (hardware.nodes + 1) * each
    name = "a second node" if hardware.nodes == 1 else "one node more"
    found = predict(fitted, gpus, hardware)
    usd = (
        _exact(each * hardware.card_usd + (hardware.host_usd or 0.0))
        if hardware.card_usd is not None
        else _unknown_price()
    )
    mine = owned(replace(hardware, gpus=each, nodes=1))
    power = ""
    if mine is not None and mine.power_usd_per_hour is not None:
        dollars = mine.power_usd_per_hour * HOURS * wanted.use * hardware.years
        power = f"; its power takes {format_usd(dollars)} more in {hardware.years:g} years"
    if found.throughput is None or found.throughput.expected is None:
        unknown = Estimate.unknown(UNIT, found.measure)
        why = f"{gpus} GPUs: {found.because}; measure {found.measure}{power}"
        return Way(name, unknown, why, usd)
    gain = found.throughput.expected / point.throughput
    shown = format_rate(found.throughput.expected)
    why = f"{gpus} GPUs at {shown} samples/s: {gain:.2f} times{power}"
    return Way(name, found.throughput, why, usd)


def _exact(usd: float) -> Estimate:
    return Estimate.exact(usd, "USD", Basis.DERIVED)


def _unknown_price() -> Estimate:
    return Estimate.unknown("USD", "hardware.price")
