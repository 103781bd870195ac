"""Whether a request names a product of AWS Marketplace, for rules about those."""

from __future__ import annotations

from awsml.catalog.registries import is_marketplace
from awsml.rules.arns import parse_arn
from awsml.rules.part import Part


def sold(product: Part) -> bool:
    """Whether the ARN of an algorithm or model package is one of AWS Marketplace."""
    arn = parse_arn(product.text or "")
    return arn is not None and is_marketplace(arn.account)
