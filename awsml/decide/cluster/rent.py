"""The cluster against AWS: what the same work costs an hour, owned and rented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from awsml import catalog
from awsml.basis import Basis, Estimate, weakest
from awsml.catalog.cards import Card, card
from awsml.catalog.prices import Price, price, spot_price
from awsml.cluster import Hardware
from awsml.estimate.ownership import Owned, owned
from awsml.units import format_rate

_REGION = "us-east-1"
# Efficiency of one rented machine: switched NVLink; cards that share PCIe.
_SWITCHED, _PCIE = (0.85, 0.93, 1.0), (0.4, 0.7, 0.95)
# Rates of two cards compare as their data sheets do, within this.
_RATE_ERROR = 0.3


@dataclass(frozen=True, slots=True)
class Used:
    """One own GPU's rate, what all of them are used for, and with which settings."""

    single: float | None
    throughput: Estimate
    how: str


@dataclass(frozen=True, slots=True)
class Option:
    """One way to get the throughput, owned or rented."""

    option: str
    throughput: Estimate
    usd_per_hour: Estimate
    because: str
    break_even: float | None = None

    @property
    def usd_per_million(self) -> Estimate:
        """Dollars for a million samples."""
        rate, cost = self.throughput, self.usd_per_hour
        if not (rate.low and rate.expected and rate.high) or cost.expected is None:
            return Estimate.unknown("USD", *(*rate.missing, *cost.missing))
        low, high = cost.low or cost.expected, cost.high or cost.expected
        seconds = 1e6 / 3600
        basis = weakest((rate.basis, cost.basis))
        ends = (low / rate.high, cost.expected / rate.expected, high / rate.low)
        low, expected, high = (end * seconds for end in ends)
        return Estimate(low, expected, high, "USD", basis)

    def as_json(self) -> dict[str, Any]:
        return {
            "option": self.option,
            "throughput": self.throughput.as_json(),
            "usd_per_hour": self.usd_per_hour.as_json(),
            "usd_per_million_samples": self.usd_per_million.as_json(),
            "break_even_use": None if self.break_even is None else round(self.break_even, 4),
            "because": self.because,
        }


def options(
    hardware: Hardware,
    used: Used | None,
    instances: Sequence[str],
    use: float,
    region: str | None,
) -> list[Option]:
    """The cluster as it is used, then each type on demand and on Spot."""
    mine = owned(hardware)
    known = card(hardware.card) if hardware.card else None
    rows = [_own(mine, hardware, used, use)]
    for name in instances:
        rows += _rented(name, known, used, mine, region)
    return rows


def _own(mine: Owned | None, hardware: Hardware, used: Used | None, use: float) -> Option:
    rate = used.throughput if used else _unmeasured()
    if mine is None:
        cost = Estimate.unknown("USD", "hardware.price")
        return Option("own", rate, cost, "the price of the cards is unknown")
    yearly = f"${mine.usd_per_year:,.0f} a year"
    if hardware.host_usd is None:
        yearly += " without the hosts (`hardware.host_price` is not given)"
    if use <= 0:
        cost = Estimate.unknown("USD", "questions.use")
        return Option("own", rate, cost, f"{yearly}, whatever an hour is when it never works")
    hour = mine.usd_per_hour(use)
    if hour is None or mine.power_usd_per_hour is None:
        cost = Estimate.unknown("USD", "hardware.power")
        because = f"{yearly} at {use:.0%} use, and the power of the cards is unknown"
        return Option("own", rate, cost, f"{because} (`hardware.power`)")
    cost = Estimate.within(hour, 0.1, "USD", Basis.ESTIMATED)
    because = f"{yearly} at {use:.0%} use, and ${mine.power_usd_per_hour:.2f} an hour of power"
    if used is not None:
        because += f"; {format_rate(rate.expected or 0.0)} samples/s {used.how}"
    return Option("own", rate, cost, because)


def _unmeasured() -> Estimate:
    return Estimate.unknown("samples/s", "measurements")


def _rented(
    name: str,
    known: Card | None,
    used: Used | None,
    mine: Owned | None,
    region: str | None,
) -> Iterator[Option]:
    type_ = catalog.instance(name)
    if type_ is None or not type_.gpus or type_.accelerator is None:
        cost = Estimate.unknown("USD", "questions.instances")
        yield Option(name, _unmeasured(), cost, "the catalogue has no such GPU type")
        return
    rate = rented_rate(type_.accelerator.name, type_.gpus, known, used.single if used else None)
    where = region or _REGION
    best = used.throughput.expected if used else None
    for suffix, found in (("", price("ec2", name, where)), (", Spot", spot_price(name, where))):
        row = _row(f"{name}{suffix}", found, rate, best, mine, where)
        told = "" if region else f" ({where}, as no region is given)"
        yield replace(row, because=f"{row.because}{told}")


def _row(
    option: str,
    found: Price | None,
    rate: Estimate,
    best: float | None,
    mine: Owned | None,
    region: str,
) -> Option:
    if found is None:
        cost = Estimate.unknown("USD", f"a price in {region}")
        return Option(option, rate, cost, f"no price is known in {region}")
    cost = Estimate.within(float(found.usd), found.fact.error or 0.0, "USD", found.fact.basis)
    because = f"{found}, {found.date}"
    known = mine is not None and mine.power_usd_per_hour is not None
    if mine is None or not known or best is None or not rate.expected or cost.expected is None:
        return Option(option, rate, cost, because)
    same_work = cost.expected * best / rate.expected
    share = mine.break_even(same_work)
    because += f"; the same work for ${same_work:.2f} an hour, so owning "
    never = share is None or share > 1
    because += "never pays" if never else f"pays from {share:.0%} use"
    return Option(option, rate, cost, because, share)


def rented_rate(name: str, gpus: int, known: Card | None, single: float | None) -> Estimate:
    """One own GPU's rate times the cards' data sheets, GPUs, and an efficiency of its links."""
    there = card(name)
    if known is None or there is None or single is None:
        return Estimate.unknown("samples/s", f"a rate measured on {name}")
    ratio = there.tflops16 / known.tflops16
    shares = (1.0, 1.0, 1.0) if gpus == 1 else _SWITCHED if there.nvlink == "nvswitch" else _PCIE
    errors = (1 - _RATE_ERROR, 1.0, 1 + _RATE_ERROR)
    whole = single * ratio * gpus
    low, expected, high = (whole * s * e for s, e in zip(shares, errors, strict=True))
    return Estimate(low, expected, high, "samples/s", Basis.ESTIMATED)
