"""Single facts: constants of the models, limits of the services, quota names, regions, age."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from awsml.basis import Estimate, Fact
from awsml.catalog.instances import ec2_name, family_of
from awsml.catalog.tables import Row, Tables, current


def constant(name: str) -> Fact:
    """A constant of the models as one number; `error` is the wider side of its range."""
    return _fact_of(current(), name)


def ranged(name: str) -> Estimate:
    """The same constant with its range, to calculate with."""
    return _range_of(current(), name)


def constants() -> tuple[str, ...]:
    return tuple(name for (name,) in current().table("constants"))


@cache
def _fact_of(tables: Tables, name: str) -> Fact:
    row = _constant(tables, name)
    value, low, high = (float(row[column]) for column in ("value", "low", "high"))
    error = max(value - low, high - value) / value
    note = row["note"] or None
    return tables.fact(value, row["unit"], row["source"], error=error, note=note)


@cache
def _range_of(tables: Tables, name: str) -> Estimate:
    row, fact = _constant(tables, name), _fact_of(tables, name)
    return Estimate(float(row["low"]), fact.value, float(row["high"]), row["unit"], fact.basis)


def _constant(tables: Tables, name: str) -> Row:
    row = tables.table("constants").get((name,))
    if row is None:
        raise KeyError(f"no constant named {name}")
    return row


def limit(name: str) -> Fact:
    """A limit of a service, such as `tuning_parallel_maximum`."""
    return _limit_of(current(), name)


@cache
def _limit_of(tables: Tables, name: str) -> Fact:
    row = tables.table("limits").get((name,))
    if row is None:
        raise KeyError(f"no limit named {name}")
    return tables.fact(float(row["value"]), row["unit"], row["source"], note=row["what"])


class Quota(NamedTuple):
    """A service quota; `default` is None where it is not known. SageMaker's have no code that
    can be known beforehand: the name is matched. `value` is the account's, once it was read."""

    service: str
    name: str
    unit: str
    code: str | None = None
    default: float | None = None
    value: Fact | None = None


_SAGEMAKER_USES = {
    "training": "training job usage",
    "spot-training": "spot training job usage",
    "warm-pool": "training warm pool usage",
    "hosting": "endpoint usage",
    "processing": "processing job usage",
    "transform": "transform job usage",
}


def quota(use: str, name: str, region: str | None = None) -> Quota | None:
    """The quota that a use counts against: a SageMaker use, `ec2` or `ec2-spot`."""
    if use in _SAGEMAKER_USES:
        title = f"ml.{ec2_name(name)} for {_SAGEMAKER_USES[use]}"
        return Quota("sagemaker", title, "instances", value=_applied(region, "sagemaker", title))
    family = family_of(ec2_name(name))
    for row in current().table("quotas").values():
        families = row["families"].split()
        if (use == "ec2-spot") == (row["spot"] == "1") and _counts(family, families):
            default = float(row["default"]) if row["default"] else None
            value = _applied(region, "ec2", row["name"])
            return Quota("ec2", row["name"], row["unit"], row["code"], default, value)
    return None


def _applied(region: str | None, service: str, name: str) -> Fact | None:
    """The value of the account, where a refresh has read it."""
    tables = current()
    row = tables.table("account_quotas").get((region or "", service, name))
    return tables.fact(float(row["value"]), "1", row["source"]) if row else None


def _counts(family: str, families: list[str]) -> bool:
    """`g` covers g5 and g6e; a name with a digit covers itself."""
    return family in families or family[: _first_digit(family)] in families


def _first_digit(text: str) -> int:
    return next((index for index, letter in enumerate(text) if letter.isdigit()), len(text))


class Region(NamedTuple):
    name: str
    title: str
    partition: str
    domain: str


def regions() -> tuple[str, ...]:
    return tuple(sorted(name for (name,) in current().table("regions")))


def region(name: str) -> Region | None:
    row = current().table("regions").get((name,))
    return Region(name, row["name"], row["partition"], row["domain"]) if row else None


class Age(NamedTuple):
    """How old the facts of a kind are; the dates are the data's own, never a file's."""

    table: str
    rows: int
    oldest: str
    newest: str

    def days(self, today: date) -> int:
        return (today - date.fromisoformat(self.newest)).days


_DATED = ("prices_ec2", "prices_sagemaker", "instances", "offerings", "spot", "prices_other")


def ages(region: str | None = None) -> tuple[Age, ...]:
    """Of every dated table, or of what it says about one region."""
    tables = current()
    found = []
    for name in _DATED:
        rows = tables.table(name).values()
        about = [row for row in rows if region is None or row.get("region") == region]
        dates = sorted({tables.source(row["source"])["date"] for row in about})
        if dates:
            found.append(Age(name, len(about), dates[0], dates[-1]))
    return tuple(found)


def age_warning(today: date, region: str | None = None) -> str | None:
    """One sentence where the newest prices are too old; said once a command. A refresh of one
    region makes no other region's prices fresher."""
    prices = [age for age in ages(region) if age.table in ("prices_ec2", "prices_sagemaker")]
    if not prices:
        return None
    newest = max(prices, key=lambda age: age.newest)
    days = newest.days(today)
    if days <= constant("stale_prices_days").value:
        return None
    return f"the prices are {days} days old (newest {newest.newest}): `awsml catalog refresh`"
