"""What the AWS Pricing API says of one product, as a row of prices_ec2.csv or
prices_sagemaker.csv."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from awsml.catalog.tables import Row

# Of SageMaker's products `instanceType` is often empty, so the usage type is read:
# USE1-Train:ml.g5.2xlarge. Words that are not on the list are other meters (Spot, async, FSx).
_USAGE = re.compile(r"(?:[A-Z0-9]+-)?(?P<meter>[A-Za-z]+):(?P<type>ml\.[a-z0-9-]+\.[a-z0-9]+)")
_METERS = {
    "Train": "training",
    "Host": "hosting",
    "Processing": "processing",
    "Tsform": "transform",
    "Notebk": "notebook",
}


def ec2_filters(region: str) -> list[dict[str, str]]:
    """On-demand Linux on shared hardware, without licences and reservations."""
    return _filters(
        regionCode=region,
        operatingSystem="Linux",
        tenancy="Shared",
        capacitystatus="Used",
        preInstalledSw="NA",
        marketoption="OnDemand",
    )


def sagemaker_filters(region: str) -> list[dict[str, str]]:
    return _filters(regionCode=region)


def ec2_row(text: str) -> Row | None:
    offer = json.loads(text)
    attributes = offer["product"]["attributes"]
    usd = _hourly(offer)
    if usd is None or "instanceType" not in attributes:
        return None
    return {
        "type": attributes["instanceType"],
        "region": attributes["regionCode"],
        "usd": usd,
        "source": _source(offer),
    }


def sagemaker_row(text: str) -> Row | None:
    """None for what is no instance hour of a known component."""
    offer = json.loads(text)
    attributes = offer["product"]["attributes"]
    match = _USAGE.fullmatch(attributes.get("usagetype", ""))
    usd = _hourly(offer)
    if usd is None or match is None or match["meter"] not in _METERS:
        return None
    return {
        "type": match["type"],
        "region": attributes["regionCode"],
        "component": _METERS[match["meter"]],
        "usd": usd,
        "source": _source(offer),
    }


def _hourly(offer: Mapping[str, Any]) -> str | None:
    """The on-demand price of an hour; a zero is passed on, for the gate to see."""
    for dimension in _dimensions(offer):
        if dimension.get("unit", "").lower() in ("hrs", "hours", "hour"):
            usd = dimension.get("pricePerUnit", {}).get("USD")
            if usd is not None:
                return f"{Decimal(usd).normalize():f}"
    return None


def _dimensions(offer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for term in offer.get("terms", {}).get("OnDemand", {}).values():
        yield from term.get("priceDimensions", {}).values()


def _source(offer: Mapping[str, Any]) -> str:
    """The day on which AWS published the list, not the day on which it was read."""
    return f"pricing@{offer['publicationDate'][:10]}"


def _filters(**fields: str) -> list[dict[str, str]]:
    return [{"Type": "TERM_MATCH", "Field": name, "Value": v} for name, v in fields.items()]
