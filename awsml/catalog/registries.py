"""Which of AWS's accounts hold images, and products of AWS Marketplace, in a Region."""

from __future__ import annotations

from functools import cache

from awsml.catalog.tables import Tables, current


def is_registry(account: str) -> bool:
    """Whether an account is one of those that AWS publishes images from."""
    return account in _accounts(current())


def registry_account(repository: str, region: str) -> str | None:
    """The account that holds a repository of AWS in a Region; None when that is not known."""
    tables = current()
    registry = _registries(tables).get(repository)
    row = tables.table("accounts").get((registry, region)) if registry else None
    return row["account"] if row else None


def is_marketplace(account: str) -> bool:
    """Whether an account holds the algorithms and model packages of AWS Marketplace."""
    return account in _marketplaces(current())


@cache
def _marketplaces(tables: Tables) -> frozenset[str]:
    return frozenset(row["account"] for row in tables.table("marketplaces").values())


@cache
def _accounts(tables: Tables) -> frozenset[str]:
    return frozenset(row["account"] for row in tables.table("accounts").values())


@cache
def _registries(tables: Tables) -> dict[str, str]:
    """The registry of each repository of frameworks and built-in algorithms."""
    algorithms = tables.document("algorithms").values()
    found = {facts["image"]: facts["registry"] for facts in algorithms}
    frameworks = tables.table("images").values()
    return found | {row["repository"]: row["registry"] for row in frameworks}
