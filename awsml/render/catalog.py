"""Facts of the catalogue as people read them, and as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from awsml import catalog
from awsml.catalog import Instance, Price
from awsml.catalog.prices import SAGEMAKER
from awsml.catalog.wishes import Found, Match, Wish
from awsml.render.table import Column, noted_table, table

_ADDRESS = re.compile(r" \(https?://\S+?\)")  # in the JSON; too long for a line
USES = ("training", "hosting", "processing", "transform", "notebook", "studio")


def instance_text(one: Instance, region: str, width: int) -> str:
    """Everything about a type: machine, where and by which API it can be had, and its price."""
    sections = [
        one.name + (f": {one.life.status}" if one.life else ""),
        pairs(_machine(one), width),
        pairs(_availability(one, region), width),
        f"prices in {region}\n" + _prices(one, region, width),
        _life_text(one, region, width),
        pairs([("source", f"{one.source}, {one.date}"), *(("note", n) for n in one.notes)], width),
    ]
    return "\n\n".join(section for section in sections if section)


def _machine(one: Instance) -> list[tuple[str, str]]:
    accelerator = "none"
    if one.accelerator is not None:
        memory = f", {one.accelerator_gib:.5g} GiB each" if one.accelerator_gib else ""
        accelerator = f"{one.accelerators} x {one.accelerator.name}{memory}"
    network = f"{one.network} ({_known(one.network_baseline_gbps)} Gbps baseline"
    if one.network_cards > 1:
        network += f" over {one.network_cards} cards; one card, and so S3, has "
        network += f"{_known(one.card_baseline_gbps)}"
    ebs = f"{_known(one.ebs_baseline_mbs)} MB/s baseline, {_known(one.ebs_maximum_mbs)} at most"
    disks = f"{one.disk_gb:,} GB on {one.disks} disks" if one.disks else "none"
    return [
        ("accelerator", accelerator),
        ("vCPU", f"{one.vcpus} ({one.architecture})"),
        ("memory", f"{one.memory_gib:g} GiB"),
        ("network", network + ")"),
        ("EBS", ebs),
        ("local disk", disks),
    ]


def _availability(one: Instance, region: str) -> list[tuple[str, str]]:
    accepted = catalog.accepted_by(one.name)
    refused = [use for use in USES if use not in accepted]
    offer = catalog.offered(one.name, region)
    here = "not known" if offer is None else "yes" if offer.value else "no"
    regions = catalog.offering_regions(one.name)
    return [
        ("SageMaker takes it for", ", ".join(u for u in USES if u in accepted) or "nothing"),
        ("and refuses it for", ", ".join(refused) or "nothing"),
        (f"EC2 offers it in {region}", here),
        ("EC2 regions", ", ".join(regions) or "none"),
    ]


def _prices(one: Instance, region: str, width: int) -> str:
    rows = []
    for component in ("ec2", *SAGEMAKER):
        price = catalog.price(component, one.name, region)
        if price or component in ("ec2", *sorted(catalog.accepted_by(one.name))):
            rows.append((component, *_price_cells(price)))
    spot = catalog.spot_price(one.name, region)
    if spot is not None:
        rows.append(("ec2 Spot", *_price_cells(spot)))
    for past in catalog.past_prices(one.name, region):
        usd, _, _, source = _price_cells(past.price)
        rows.append((past.price.component, usd, "", f"until {past.until}", source))
    columns = (Column(""), Column(""), Column(""), Column(""), Column("", shrink=True))
    return table(columns, rows, width, indent=2)


def _price_cells(price: Price | None) -> tuple[str, str, str, str]:
    if price is None:
        return "unknown", "", "", ""
    error = f"+-{price.fact.error:.1%}" if price.derived and price.fact.error else ""
    source = _ADDRESS.sub("", price.source)
    return str(price), error, price.date, f"{price.fact.basis.value}: {source}"


def _life_text(one: Instance, region: str, width: int) -> str:
    if one.life is None:
        return ""
    since = f" (since {one.life.since})" if one.life.since else ""
    rows = [("status", f"{one.life.status}{since}: {one.life.note}")]
    use = next((use for use in USES if use in catalog.accepted_by(one.name)), "ec2")
    for name in one.life.replaced_by:
        other = catalog.instance(name)
        if other is not None:
            shown = other.name if use == "ec2" else other.ml_name
            price = catalog.price(use, name, region)
            rows.append(("instead", f"{shown}, {price or 'price unknown'} ({use})"))
    return pairs(rows, width)


def instance_json(one: Instance, region: str) -> dict[str, Any]:
    offer = catalog.offered(one.name, region)
    prices = {part: catalog.price(part, one.name, region) for part in ("ec2", *SAGEMAKER)}
    return {
        "version": 1,
        "name": one.name,
        "vcpus": one.vcpus,
        "architecture": one.architecture,
        "memory_gib": one.memory_gib,
        "accelerator": one.accelerator.name if one.accelerator else None,
        "accelerators": one.accelerators,
        "accelerator_gib": one.accelerator_gib,
        "network": one.network,
        "network_baseline_gbps": one.network_baseline_gbps,
        "network_peak_gbps": one.network_peak_gbps,
        "card_baseline_gbps": one.card_baseline_gbps,
        "ebs_baseline_mbs": one.ebs_baseline_mbs,
        "ebs_maximum_mbs": one.ebs_maximum_mbs,
        "disk_gb": one.disk_gb,
        "accepted_by": sorted(catalog.accepted_by(one.name)),
        "region": region,
        "offered": offer.value if offer else None,
        "regions": list(catalog.offering_regions(one.name)),
        "life": _life_json(one),
        "prices": {part: price_json(price) for part, price in prices.items()},
        "spot": price_json(catalog.spot_price(one.name, region)),
        "past": [
            {
                "component": past.price.component,
                "until": past.until,
                **(price_json(past.price) or {}),
            }
            for past in catalog.past_prices(one.name, region)
        ],
        "source": one.source,
        "date": one.date,
        "basis": one.basis.value,
        "notes": list(one.notes),
    }


def _life_json(one: Instance) -> dict[str, Any] | None:
    life = one.life
    if life is None:
        return None
    return {
        "status": life.status,
        "since": life.since,
        "replaced_by": list(life.replaced_by),
        "note": life.note,
        "source": life.fact.source,
        "date": life.fact.date,
    }


def price_json(price: Price | None) -> dict[str, Any] | None:
    """None is unknown, never zero."""
    if price is None:
        return None
    return {
        "usd": float(price.usd),
        "unit": price.unit,
        "region": price.region,
        "basis": price.fact.basis.value,
        "factor": float(price.factor) if price.factor is not None else None,
        "error": price.fact.error,
        "source": price.source,
        "date": price.date,
    }


def found_text(found: Found, wish: Wish, width: int, limit: int) -> str:
    """Matches with price, then what looked right and is out, and why."""
    lines = [f"for {wish.use} in {wish.region}, cheapest first"]
    columns = (
        Column("type"),
        Column("accelerator", shrink=True),
        Column("vCPU", right=True),
        Column("GiB", right=True),
        Column("Gbps", right=True),
        Column("USD/hour", right=True),
        Column("as of"),
    )
    shown = found.matches[:limit]
    rows, notes = [_match_row(m, wish) for m in shown], ["; ".join(m.notes) for m in shown]
    lines.append(noted_table(columns, rows, notes, width, indent=2) if shown else "  nothing fits")
    if len(found.matches) > limit:
        lines.append(f"  and {len(found.matches) - limit} more (--limit)")
    if shown and not any(match.price for match in found.matches):
        lines.append(f"  no price is known in {wish.region}: `awsml catalog refresh`")
    if found.misses:
        misses = [(m.instance.name, "; ".join(m.reasons)) for m in found.misses[:limit]]
        lines += ["", "the hardware would do, but"]
        lines.append(table((Column(""), Column("", shrink=True)), misses, width, indent=2))
    return "\n".join(lines)


def _match_row(match: Match, wish: Wish) -> tuple[str, ...]:
    one = match.instance
    gpu = ""
    if one.accelerator is not None:
        memory = f" {one.accelerator_gib:.4g}G" if one.accelerator_gib else ""
        gpu = f"{one.accelerators}x{one.accelerator.name}{memory}"
    usd = "unknown"
    if match.price is not None:
        usd = f"{'~' if match.price.derived else ''}{match.price.usd:,.4f}"
    return (
        one.name if wish.component == "ec2" else one.ml_name,
        gpu,
        str(one.vcpus),
        f"{one.memory_gib:g}",
        _known(one.network_baseline_gbps),
        usd,
        match.price.date if match.price else "",
    )


def found_json(found: Found, wish: Wish) -> dict[str, Any]:
    return {
        "version": 1,
        "for": wish.use,
        "region": wish.region,
        "matches": [
            {
                "name": match.instance.name,
                "accelerator": match.instance.accelerator.name
                if match.instance.accelerator
                else None,
                "accelerators": match.instance.accelerators,
                "accelerator_gib": match.instance.accelerator_gib,
                "vcpus": match.instance.vcpus,
                "memory_gib": match.instance.memory_gib,
                "network_baseline_gbps": match.instance.network_baseline_gbps,
                "price": price_json(match.price),
                "notes": list(match.notes),
            }
            for match in found.matches
        ],
        "out": [{"name": m.instance.name, "reasons": list(m.reasons)} for m in found.misses],
    }


def images_text(rows: Sequence[Mapping[str, Any]], today: str, width: int) -> str:
    columns = (Column("framework"), Column("version"), Column("patched until"), Column("image"))
    cells = [
        (r["framework"], r["version"], _until(r["end_of_patch"], today), r["uri"]) for r in rows
    ]
    return table(columns, cells, width)


def _until(end: str | None, today: str) -> str:
    if end is None:
        return "not known"
    return f"{end} (past)" if end < today else end


def pairs(rows: Sequence[tuple[str, str]], width: int) -> str:
    return table((Column(""), Column("", shrink=True)), rows, width, indent=2) if rows else ""


def _known(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"
