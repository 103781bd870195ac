"""What a reading must pass before it becomes the catalogue: nothing lost, nothing twice, no
zero; what changed or stands out too much is set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from awsml.catalog.refresh import Reading
from awsml.catalog.tables import KEYS, Key, Row, Table, Tables
from awsml.errors import BackendError

PRICES = ("prices_ec2", "prices_sagemaker", "spot_prices")
LARGE_CHANGE = Decimal("0.5")
KEPT_SHARE = 0.9
SAGEMAKER_OVER_EC2 = (Decimal("1.0"), Decimal("1.6"))
OUT_OF_BAND_SHARE = 0.1


class ReadingRefused(BackendError):
    """The reading contradicts itself or what is known; the catalogue stays as it is."""

    slug = "catalog-refused"


@dataclass(frozen=True, slots=True)
class Passed:
    """Rows fit to keep with the sources that they name, and why others were set aside."""

    rows: Mapping[str, list[Row]]
    sources: tuple[Row, ...]
    set_aside: tuple[str, ...] = ()


def checked(reading: Reading, known: Tables, *, accept_changes: bool = False) -> Passed:
    """The reading against itself and against the catalogue in force."""
    complaints = [
        *_empty(reading),
        *_twice(reading),
        *_not_positive(reading),
        *_lost(reading, known),
    ]
    if complaints:
        more = f" (and {len(complaints) - 3} more)" if len(complaints) > 3 else ""
        raise ReadingRefused(
            f"AWS's answers cannot be right: {'; '.join(complaints[:3])}{more}",
            hint="run `awsml catalog refresh` again; the catalogue in force was not touched",
        )
    changed = {} if accept_changes else _changed(reading, known)
    odd = _out_of_band(reading)
    rows = {
        table: [row for row in rows if (table, _key(table, row)) not in {*changed, *odd}]
        for table, rows in reading.rows.items()
    }
    for (table, _key_of), (_why, old) in changed.items():
        rows[table].append(old)
    reasons = [*(why for why, _ in changed.values()), *odd.values()]
    return Passed(rows, _sources(rows, reading, known), tuple(sorted(reasons)))


def _sources(rows: Mapping[str, list[Row]], reading: Reading, known: Tables) -> tuple[Row, ...]:
    """Of the reading, and of the facts in force for prices that were kept from them."""
    read = {row["source"]: row for row in reading.sources}
    named = sorted({row["source"] for table in rows.values() for row in table})
    return tuple(read.get(name) or known.source(name) for name in named)


def _empty(reading: Reading) -> Iterable[str]:
    """Every region has EC2 prices, types and offerings; SageMaker's may be missing."""
    for table in ("prices_ec2", "instances", "offerings"):
        if not reading.rows.get(table):
            yield f"{table} has no rows"
    priced = {row["region"] for row in reading.rows.get("prices_ec2", ())}
    for region in reading.regions:
        if region not in priced:
            yield f"{region} has no EC2 price"


def _twice(reading: Reading) -> Iterable[str]:
    for table, rows in reading.rows.items():
        counts = Counter(_key(table, row) for row in rows)
        for key, count in counts.items():
            if count > 1:
                yield f"{count} different values for {' '.join(key)}"


def _not_positive(reading: Reading) -> Iterable[str]:
    for table in PRICES:
        for row in reading.rows.get(table, ()):
            if Decimal(row["usd"]) <= 0:
                yield f"{row['type']} costs {row['usd']} in {row['region']}"


def _lost(reading: Reading, known: Tables) -> Iterable[str]:
    """Types that had a price and are still offered have one still; else a page was lost."""
    offered = {
        (name, region)
        for row in reading.rows.get("offerings", ())
        for region in row["regions"].split()
        for name in row["types"].split()
    }
    for table in ("prices_ec2", "prices_sagemaker"):
        before = {
            key
            for key in known.table(table)
            if key[1] in reading.regions and (key[0].removeprefix("ml."), key[1]) in offered
        }
        after = {_key(table, row) for row in reading.rows.get(table, ())}
        kept = {key for key in before if _still(table, key, after)}
        if before and len(kept) < KEPT_SHARE * len(before):
            lost = len(before) - len(kept)
            yield f"{lost} of {len(before)} known prices are missing from {table}"


def _still(table: str, key: Key, after: set[Key]) -> bool:
    """SageMaker's Studio prices are not read, so any component proves a type."""
    if table == "prices_ec2":
        return key in after
    return any(one[:2] == key[:2] for one in after)


Placed = tuple[str, Key]


def _changed(reading: Reading, known: Tables) -> dict[Placed, tuple[str, Row]]:
    """Prices that moved by more than half keep the old value until somebody accepts the new."""
    moved: dict[Placed, tuple[str, Row]] = {}
    for table in ("prices_ec2", "prices_sagemaker"):
        before: Table = known.table(table)
        for row in reading.rows.get(table, ()):
            old = before.get(_key(table, row))
            if old is None:
                continue
            share = Decimal(row["usd"]) / Decimal(old["usd"]) - 1
            if abs(share) > LARGE_CHANGE:
                what = " ".join(_key(table, row))
                why = f"{what}: {old['usd']} became {row['usd']} ({share:+.0%})"
                moved[(table, _key(table, row))] = (why, old)
    return moved


def _out_of_band(reading: Reading) -> dict[Placed, str]:
    """SageMaker costs a known part more than EC2, and Spot never more than on-demand."""
    on_demand = {
        (row["type"], row["region"]): Decimal(row["usd"])
        for row in reading.rows.get("prices_ec2", ())
    }
    odd: dict[Placed, str] = {}
    pairs = 0
    for table, (low, high) in _BANDS.items():
        for row in reading.rows.get(table, ()):
            base = on_demand.get((row["type"].removeprefix("ml."), row["region"]))
            if base is None:
                continue
            pairs += 1
            ratio = Decimal(row["usd"]) / base
            if not low <= ratio <= high:
                what = " ".join(_key(table, row))
                odd[(table, _key(table, row))] = f"{what}: {ratio:.2f} of the EC2 price"
    if pairs and len(odd) > OUT_OF_BAND_SHARE * pairs:
        raise ReadingRefused(
            f"{len(odd)} of {pairs} prices do not fit their EC2 price: {next(iter(odd.values()))}",
            hint="run `awsml catalog refresh` again; the catalogue in force was not touched",
        )
    return odd


_BANDS = {"prices_sagemaker": SAGEMAKER_OVER_EC2, "spot_prices": (Decimal("0.01"), Decimal(1))}


def _key(table: str, row: Row) -> Key:
    return tuple(row[column] for column in KEYS[table])
