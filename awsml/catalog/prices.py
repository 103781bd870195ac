"""Prices: listed where AWS lists them, derived where a known factor reaches, unknown elsewhere.

A derived price says so: it prints with `~` and carries its factor and error.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from awsml.basis import Basis, Estimate, Fact, weakest
from awsml.catalog.facts import constant
from awsml.catalog.instances import accepted_by, ec2_name, family_of, offered
from awsml.catalog.tables import Row, Tables, current

SAGEMAKER = ("training", "hosting", "processing", "transform", "notebook", "studio")


class Price(NamedTuple):
    """Dollars for one unit of something in one region, with where the figure is from."""

    what: str
    component: str
    region: str
    usd: Decimal
    unit: str
    fact: Fact
    factor: Decimal | None = None

    @property
    def derived(self) -> bool:
        return self.fact.basis.rank >= Basis.DERIVED.rank

    @property
    def source(self) -> str:
        return self.fact.source

    @property
    def date(self) -> str:
        return self.fact.date

    def estimate(self) -> Estimate:
        return Estimate.within(
            float(self.usd), self.fact.error or 0.0, f"USD/{self.unit}", self.fact.basis
        )

    def __str__(self) -> str:
        return f"{'~' if self.derived else ''}${self.usd:,f}/{self.unit}"


def price(component: str, name: str, region: str) -> Price | None:
    """The hourly price of an instance type: component `ec2`, or one of SageMaker's."""
    tables = current()
    if component == "ec2":
        return _ec2(tables, ec2_name(name), region)
    if component not in SAGEMAKER:
        raise ValueError(f"no such price component: {component}")
    ml_name = f"ml.{ec2_name(name)}"
    return (
        _listed(tables, ml_name, region, component)
        or _of_another_component(tables, ml_name, region, component)
        or _over_ec2(tables, ml_name, region, component)
    )


def storage_price(item: str, region: str) -> Price | None:
    """The price of storage, transfer or requests, such as `ebs-gp3-storage`."""
    tables = current()
    rows = tables.table("prices_other")
    row = rows.get((item, region)) or rows.get((item, "*"))
    if row is not None:
        return _price(tables, row, item, item, region, unit=row["unit"])
    over = tables.table("storage_factors").get((item,))
    base = storage_price(over["base"], region) if over else None
    if over is None or base is None:
        return None
    because = tables.fact(over["factor"], "factor", over["source"])
    return _derived(base, item, item, Decimal(over["factor"]), float(over["error"]), because)


def priced_regions(component: str, name: str) -> tuple[str, ...]:
    """The regions in which a price is known: a hint where there is none for the one asked."""
    regions = sorted({region for (region,) in current().table("regions")})
    return tuple(region for region in regions if price(component, name, region))


class PastPrice(NamedTuple):
    """A superseded price, and the day until which it held."""

    price: Price
    until: str


def past_prices(name: str, region: str) -> tuple[PastPrice, ...]:
    """Kept so that an old bill can be understood; never used for a plan."""
    tables = current()
    return tuple(
        PastPrice(_price(tables, row, name, row["component"], region), row["until"])
        for row in tables.table("prices_past").values()
        if (ec2_name(row["type"]), row["region"]) == (ec2_name(name), region)
    )


class SpotAdvice(NamedTuple):
    """What AWS's Spot advisor says: saving against on-demand, and a monthly interruption band."""

    saving: float
    band: str
    fact: Fact


_BANDS = ("<5%", "5-10%", "10-15%", "15-20%", ">20%")


def spot_advice(name: str, region: str) -> SpotAdvice | None:
    tables = current()
    row = tables.table("spot").get((ec2_name(name), region))
    if row is None:
        return None
    saving = int(row["saving_percent"]) / 100
    fact = tables.fact(saving, "share", row["source"])
    return SpotAdvice(saving, _BANDS[int(row["band"])], fact)


def spot_price(name: str, region: str) -> Price | None:
    """EC2's Spot price as a refresh has read it, else as the advisor's saving implies it.
    SageMaker's managed Spot has no list price."""
    tables = current()
    row = tables.table("spot_prices").get((ec2_name(name), region))
    if row is not None:
        return _price(tables, row, ec2_name(name), "ec2", region)
    on_demand, advice = price("ec2", name, region), spot_advice(name, region)
    if on_demand is None or advice is None:
        return None
    factor = Decimal(1) - Decimal(str(advice.saving))
    error = constant("spot_price_error").value
    return _derived(on_demand, on_demand.component, on_demand.what, factor, error, advice.fact)


def _ec2(tables: Tables, name: str, region: str) -> Price | None:
    prices = tables.table("prices_ec2")
    row = prices.get((name, region))
    if row is not None:
        return _price(tables, row, name, "ec2", region)
    home = prices.get((name, "us-east-1"))
    factor = tables.table("region_factors").get((region, family_of(name)))
    offer = offered(name, region)
    if home is None or factor is None or offer is None or not offer.value:
        return None
    base = _price(tables, home, name, "ec2", region)
    because = tables.fact(factor["factor"], "factor", factor["source"])
    error = float(factor["error"])
    return _derived(base, "ec2", name, Decimal(factor["factor"]), error, because)


def _listed(tables: Tables, name: str, region: str, component: str) -> Price | None:
    row = tables.table("prices_sagemaker").get((name, region, component))
    return _price(tables, row, name, component, region) if row else None


def _of_another_component(tables: Tables, name: str, region: str, component: str) -> Price | None:
    """A type costs the same in every component, up to the rounding of the list."""
    if component not in accepted_by(name):
        return None
    listed = [_listed(tables, name, region, other) for other in SAGEMAKER]
    known = [one for one in listed if one is not None]
    if not known:
        return None
    error = constant("component_price_error").value
    base = max(known, key=lambda one: (one.date[:4], -SAGEMAKER.index(one.component)))
    because = Fact(1, "factor", base.source, base.date, Basis.DERIVED, note=base.component)
    return _derived(base, component, name, Decimal(1), error, because)


def _over_ec2(tables: Tables, name: str, region: str, component: str) -> Price | None:
    base = _ec2(tables, ec2_name(name), region)
    offer = offered(name, region)
    if base is None or component not in accepted_by(name) or offer is None or not offer.value:
        return None
    for row, pattern in _markups(tables):
        if pattern.fullmatch(name):
            because = tables.fact(row["factor"], "factor", row["source"])
            error = float(row["error"])
            return _derived(base, component, name, Decimal(row["factor"]), error, because)
    return None


@cache
def _markups(tables: Tables) -> tuple[tuple[Row, re.Pattern[str]], ...]:
    rows = tables.table("markups").values()
    return tuple((row, re.compile(row["types"])) for row in rows)


def _price(
    tables: Tables, row: Row, what: str, component: str, region: str, unit: str = "hour"
) -> Price:
    usd = Decimal(row["usd"])
    fact = tables.fact(usd, f"USD/{unit}", row["source"], error=0.0)
    return Price(what, component, region, usd, unit, fact)


def _derived(
    base: Price, component: str, what: str, factor: Decimal, error: float, because: Fact
) -> Price:
    """Base times factor: the errors add, the older date and the weaker basis hold."""
    usd = (base.usd * factor).quantize(Decimal("0.00001")).normalize()
    fact = Fact(
        usd,
        f"USD/{base.unit}",
        base.source if factor == 1 else f"{base.source} x {factor} ({because.source})",
        min(base.date, because.date),
        weakest((base.fact.basis, because.basis, Basis.DERIVED)),
        error=(base.fact.error or 0.0) + error,
    )
    total = factor * (base.factor or Decimal(1))
    return Price(what, component, base.region, usd, base.unit, fact, total)
