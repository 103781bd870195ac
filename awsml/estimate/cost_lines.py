"""Cost lines: a quantity times a unit price, with what the service's limits allow at most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from awsml import catalog
from awsml.basis import Basis, Estimate, total, weakest
from awsml.catalog import Price
from awsml.report import Cost, CostLine, Phase
from awsml.units import HOURS_PER_MONTH


def billed_seconds(phases: Iterable[Phase]) -> Estimate:
    """The seconds that AWS bills: Downloading and Uploading are, Starting is not."""
    return total((phase.seconds for phase in phases if phase.billed), "s")


def machine_line(
    component: str,
    instance: str,
    region: str | None,
    hours: Estimate,
    ceiling: float | None,
    what: str | None = None,
) -> CostLine:
    """Hours of an instance type; `hours` and `ceiling` count every machine."""
    price = catalog.price(component, instance, region) if region else None
    missing = "" if price else _no_machine_price(component, instance, region)
    return line(f"{instance}, {what or component}", hours, price, missing, ceiling, "instance-hour")


def volume_line(
    item: str, gib: float, region: str | None, hours: Estimate, ceiling: float | None
) -> CostLine:
    """A volume for as long as its machines run; storage is priced by the month."""
    price = catalog.storage_price(item, region) if region else None
    share = gib / HOURS_PER_MONTH
    months = None if ceiling is None else ceiling * share
    missing = f"price of {item} in {region or 'the region'}"
    what = f"{gib:g} GB volume"
    return line(what, hours.scaled(share, "GB-month"), price, missing, months, "GB-month")


def line(
    what: str,
    quantity: Estimate,
    price: Price | None,
    missing: str,
    ceiling: float | None,
    unit: str,
) -> CostLine:
    """`ceiling` is the largest quantity that a limit allows. No price, no dollars."""
    counted = capped(quantity, ceiling).scaled(1.0, unit)
    if price is None:
        unknown = Estimate.unknown("USD", missing)
        return CostLine(what, counted, Estimate.unknown(f"USD/{unit}", missing), unknown)
    rate = price.estimate()
    top = None if ceiling is None or rate.high is None else ceiling * rate.high
    return CostLine(
        what=what,
        quantity=counted,
        price=rate,
        usd=product(counted, rate, "USD"),
        ceiling=None if top is None else round(top, 6),
        source=price.source,
        date=price.date,
        region=price.region,
    )


def capped(quantity: Estimate, ceiling: float | None) -> Estimate:
    """The service stops what would go on beyond its limit."""
    return quantity if ceiling is None else quantity.mapped(lambda value: min(value, ceiling))


def product(left: Estimate, right: Estimate, unit: str) -> Estimate:
    """Of two non-negative estimates; unknown where either is."""
    if not (left.known and right.known):
        return Estimate.unknown(unit, *left.missing, *right.missing)
    ends = [
        None if a is None or b is None else a * b
        for a, b in zip(_ends(left), _ends(right), strict=True)
    ]
    basis = weakest((left.basis, right.basis))
    return Estimate(ends[0], ends[1], ends[2], unit, basis, left.missing + right.missing)


def cost_of(
    machines: Sequence[CostLine],
    extras: Sequence[CostLine],
    per: str,
    left_out: Sequence[str],
    because: str | None,
) -> Cost:
    """The sum of the lines. Machines are what a run costs, so without their price the whole is
    unknown; an extra without a price leaves a small hole, which is named."""
    priced = [extra for extra in extras if extra.price.known]
    holes = [
        f"{extra.what}: no {extra.price.missing[0]}" for extra in extras if extra not in priced
    ]
    lines = (*machines, *priced)
    tops = [one.ceiling for one in lines if one.ceiling is not None]
    proven = len(tops) == len(lines)
    return Cost(
        usd=total((one.usd for one in lines), "USD"),
        ceiling=round(sum(tops), 6) if proven else None,
        per=per,
        lines=lines,
        left_out=(*holes, *left_out),
        ceiling_because=because if proven else _unproven(lines),
    )


def hours_of(seconds: Estimate, count: float) -> Estimate:
    return seconds.scaled(count / 3600, "hour")


def exact(value: float, unit: str) -> Estimate:
    return Estimate.exact(value, unit, Basis.DOCUMENTED)


def _unproven(lines: Iterable[CostLine]) -> str:
    """Why there is no ceiling."""
    missing = [word for one in lines for word in one.price.missing]
    return f"unknown: no {missing[0]}" if missing else "unknown: nothing limits it"


def _no_machine_price(component: str, instance: str, region: str | None) -> str:
    if region is None:
        return "region"
    known = catalog.priced_regions(component, instance)
    hint = f" (known in {', '.join(known[:3])})" if known else ""
    return f"price of {instance} for {component} in {region}{hint}"


def _ends(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    return estimate.low, estimate.expected, estimate.high
