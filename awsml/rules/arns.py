"""The parts of ARNs and of image addresses that rules compare: account, Region, partition."""

from __future__ import annotations

import re
from typing import NamedTuple

_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?P<domain>[a-z.]+)/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>.+))?"
)


class Arn(NamedTuple):
    """arn:PARTITION:SERVICE:REGION:ACCOUNT:REST, each part possibly empty."""

    partition: str
    service: str
    region: str
    account: str
    rest: str


class EcrImage(NamedTuple):
    """An image in a private ECR registry."""

    account: str
    region: str
    domain: str
    repository: str
    tag: str | None
    digest: str | None


def parse_arn(text: str) -> Arn | None:
    parts = text.split(":", 5)
    return Arn(*parts[1:]) if len(parts) == 6 and parts[0] == "arn" else None


def parse_image(uri: str) -> EcrImage | None:
    """The parts of an ECR address; None for Docker Hub, public ECR and what is no address."""
    match = _IMAGE.fullmatch(uri)
    return EcrImage(**match.groupdict()) if match else None


def partition_of(region: str) -> str:
    """The partition that a Region belongs to, by its prefix."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
