"""Reading the catalogue's facts from AWS with the user's credentials: every region and API at
the same time, all of it or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from awsml.catalog.described import instance_row
from awsml.catalog.offers import ec2_filters, ec2_row, sagemaker_filters, sagemaker_row
from awsml.catalog.tables import Row
from awsml.errors import BackendError

# The Pricing API answers in few regions, whichever region the question is about.
PRICING_REGION = "us-east-1"
_WORKERS = 8


class Pages(Protocol):
    """The part of the door to AWS that a refresh needs."""

    def pages(
        self, service: str, operation: str, params: Mapping[str, Any], key: str
    ) -> Iterator[Any]: ...


Door = Callable[[str], Pages]  # by region
Progress = Callable[[int, int, str], None]
Rows = Mapping[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What AWS answered: rows by table, and the sources that the rows name."""

    regions: tuple[str, ...]
    taken: datetime
    rows: Rows
    sources: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One API in one region."""

    what: str
    region: str
    read: Callable[[Door, str, datetime], Rows]


def read_all(
    door: Door, regions: Sequence[str], now: datetime, progress: Progress, workers: int = _WORKERS
) -> Reading:
    """Every part of every region; the first that fails ends the whole reading."""
    parts = [Part(what, region, read) for region in regions for what, read in READERS.items()]
    gathered: dict[str, list[Row]] = defaultdict(list)
    with ThreadPoolExecutor(workers) as pool:
        waiting = {pool.submit(part.read, door, part.region, now): part for part in parts}
        try:
            for done, future in enumerate(as_completed(waiting), 1):
                for table, rows in future.result().items():
                    gathered[table] += rows
                part = waiting[future]
                progress(done, len(parts), f"{part.what} of {part.region}")
        except BackendError:
            pool.shutdown(cancel_futures=True)
            raise
    whole = {table: _once(table, rows) for table, rows in gathered.items()}
    return Reading(tuple(regions), now, whole, tuple(_sources(whole)))


def _once(table: str, rows: Iterable[Row]) -> list[Row]:
    """The same row from two pages is one row, whatever list it was published in; two that differ
    stay two, for the gate to refuse. A type is described alike in every region."""
    if table == "instances":
        return list({row["type"]: row for row in rows}.values())
    if table == "offerings":
        return _merged_offerings(rows)
    values: dict[tuple[str, ...], Row] = {}
    for row in rows:
        value = tuple(text for column, text in row.items() if column != "source")
        values.setdefault(value, row)
    return list(values.values())


def _merged_offerings(rows: Iterable[Row]) -> list[Row]:
    """Rows of one region and many types become rows of one set of regions and its types."""
    regions_of: dict[str, list[str]] = defaultdict(list)
    source = ""
    for row in rows:
        source = row["source"]
        for name in row["types"].split():
            regions_of[name].append(row["regions"])
    types_of: dict[str, list[str]] = defaultdict(list)
    for name, regions in sorted(regions_of.items()):
        types_of[" ".join(sorted(regions))].append(name)
    return [
        {"regions": regions, "types": " ".join(names), "source": source}
        for regions, names in types_of.items()
    ]


def _ec2_prices(door: Door, region: str, _now: datetime) -> Rows:
    params = {"ServiceCode": "AmazonEC2", "Filters": ec2_filters(region)}
    offers = door(PRICING_REGION).pages("pricing", "GetProducts", params, "PriceList")
    return {"prices_ec2": [row for row in map(ec2_row, offers) if row]}


def _sagemaker_prices(door: Door, region: str, _now: datetime) -> Rows:
    params = {"ServiceCode": "AmazonSageMaker", "Filters": sagemaker_filters(region)}
    offers = door(PRICING_REGION).pages("pricing", "GetProducts", params, "PriceList")
    return {"prices_sagemaker": [row for row in map(sagemaker_row, offers) if row]}


def _instance_types(door: Door, region: str, now: datetime) -> Rows:
    described = door(region).pages("ec2", "DescribeInstanceTypes", {}, "InstanceTypes")
    rows: list[Row] = [instance_row(one, _api("ec2", now)) for one in described]
    return {"instances": rows}


def _offerings(door: Door, region: str, now: datetime) -> Rows:
    offers = door(region).pages(
        "ec2", "DescribeInstanceTypeOfferings", {"LocationType": "region"}, "InstanceTypeOfferings"
    )
    types = " ".join(sorted(offer["InstanceType"] for offer in offers))
    return {"offerings": [{"regions": region, "types": types, "source": _api("ec2", now)}]}


def _spot_prices(door: Door, region: str, now: datetime) -> Rows:
    """The mean over zones of the price in force."""
    params = {"ProductDescriptions": ["Linux/UNIX"], "StartTime": now}
    history = door(region).pages("ec2", "DescribeSpotPriceHistory", params, "SpotPriceHistory")
    zones: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for entry in history:  # newest first: the first of a zone is in force
        zone = zones[entry["InstanceType"]]
        zone.setdefault(entry["AvailabilityZone"], Decimal(entry["SpotPrice"]))
    rows: list[Row] = [
        {
            "type": name,
            "region": region,
            "usd": f"{sum(prices.values()) / len(prices):.6f}",
            "source": _api("ec2", now),
        }
        for name, prices in zones.items()
    ]
    return {"spot_prices": rows}


def _quotas(door: Door, region: str, now: datetime) -> Rows:
    rows: list[Row] = []
    for service in ("sagemaker", "ec2"):
        params = {"ServiceCode": service}
        for quota in door(region).pages("service-quotas", "ListServiceQuotas", params, "Quotas"):
            rows.append(
                {
                    "region": region,
                    "service": service,
                    "name": quota["QuotaName"],
                    "code": quota["QuotaCode"],
                    "value": f"{quota['Value']:g}",
                    "source": _api("quotas", now),
                }
            )
    return {"account_quotas": rows}


READERS: Mapping[str, Callable[[Door, str, datetime], Rows]] = {
    "EC2 prices": _ec2_prices,
    "SageMaker prices": _sagemaker_prices,
    "instance types": _instance_types,
    "offerings": _offerings,
    "Spot prices": _spot_prices,
    "quotas": _quotas,
}

_TITLES = {
    "pricing": "AWS Pricing API, GetProducts",
    "ec2": "EC2 API, read with the account's credentials",
    "quotas": "Service Quotas, read with the account's credentials",
}


def _api(name: str, now: datetime) -> str:
    return f"{name}@{now:%Y-%m-%d}"


def _sources(rows: Rows) -> Iterator[Row]:
    """One source for every API and day that a row names."""
    named = {row["source"] for table in rows.values() for row in table}
    for source in sorted(named):
        api, _, day = source.partition("@")
        yield {
            "source": source,
            "title": _TITLES[api],
            "url": "",
            "date": day,
            "basis": "listed",
        }
