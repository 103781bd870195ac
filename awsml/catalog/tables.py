"""The catalogue's tables: CSV files bundled with awsml, and a refreshed snapshot over them.

A table is read when it is first asked for. Its key columns, stated here, identify a row; the
canonical form (sorted by key, one line a row) makes a change readable as a difference.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from awsml.basis import Basis, Fact

BUNDLED = Path(__file__).parent / "data"

KEYS: Mapping[str, tuple[str, ...]] = {
    "accelerators": ("name",),
    "account_quotas": ("region", "service", "name"),
    "accounts": ("registry", "region"),
    "apis": ("type",),
    "batch_images": ("name",),
    "cards": ("name",),
    "constants": ("name",),
    "corrections": ("table", "key", "field"),
    "fargate_sizes": ("vcpus",),
    "gpu_support": ("limit", "framework", "cuda"),
    "image_life": ("framework", "version", "use"),
    "images": ("framework", "version", "use"),
    "instances": ("type",),
    "lifecycle": ("subject",),
    "limits": ("name",),
    "marketplaces": ("region",),
    "markups": ("class",),
    "offerings": ("regions",),
    "prices_ec2": ("type", "region"),
    "prices_other": ("item", "region"),
    "prices_past": ("component", "type", "region", "until"),
    "prices_sagemaker": ("type", "region", "component"),
    "quotas": ("code",),
    "region_factors": ("region", "family"),
    "regions": ("region",),
    "sources": ("source",),
    "spot": ("type", "region"),
    "spot_prices": ("type", "region"),
    "storage_factors": ("item",),
}

Key = tuple[str, ...]
Row = Mapping[str, str]
Table = Mapping[Key, Row]


class Tables:
    """Lazily read tables of the bundled folder and, where one was made, of a snapshot over it.

    A snapshot is the whole truth about the regions it covers (its snapshot.json names them), so
    a row of such a region that the snapshot lacks is gone, not inherited.
    """

    def __init__(self, bundled: Path = BUNDLED, refreshed: Path | None = None) -> None:
        self.bundled = bundled
        self.refreshed = refreshed
        self._tables: dict[str, Table] = {}
        self._documents: dict[str, Any] = {}
        self.covers: Mapping[str, Any] = {}
        if refreshed is not None:
            self.covers = json.loads((refreshed / "snapshot.json").read_text("utf-8"))

    def table(self, name: str) -> Table:
        if name not in self._tables:
            rows = read_table(self.bundled, name)
            if self.refreshed is not None and (self.refreshed / f"{name}.csv").exists():
                rows = self._overlaid(name, rows, read_table(self.refreshed, name))
            self._tables[name] = rows
        return self._tables[name]

    def document(self, name: str) -> Any:
        """A nested set of facts, kept as JSON."""
        if name not in self._documents:
            text = (self.bundled / f"{name}.json").read_text("utf-8")
            self._documents[name] = json.loads(text)
        return self._documents[name]

    def source(self, name: str) -> Row:
        return self.table("sources")[(name,)]

    def fact(self, value: Any, unit: str, source: str, **more: Any) -> Fact:
        """A fact with the text, date and basis of one row of the table of sources."""
        row = self.source(source)
        return Fact(value, unit, source_text(row), row["date"], Basis(row["basis"]), **more)

    def _overlaid(self, name: str, bundled: Table, refreshed: Table) -> Table:
        covered = set(self.covers.get("regions", {}).get(name, ()))
        if name == "offerings":
            return {**_outside(bundled, covered), **refreshed}
        kept = {key: row for key, row in bundled.items() if row.get("region") not in covered}
        return {**kept, **refreshed}


def _outside(offerings: Table, covered: set[str]) -> Table:
    """What is known of the offerings of other regions; rows are sets of regions."""
    types_of: dict[str, list[str]] = {}
    sources: dict[str, str] = {}
    for (regions,), row in offerings.items():
        left = " ".join(region for region in regions.split() if region not in covered)
        if left:
            types_of.setdefault(left, []).extend(row["types"].split())
            sources[left] = row["source"]
    return {
        (left,): {"regions": left, "types": " ".join(sorted(types)), "source": sources[left]}
        for left, types in types_of.items()
    }


_current = Tables()


def current() -> Tables:
    return _current


def use(refreshed: Path | None) -> None:
    """Answer from this snapshot over the bundled facts from now on; called once, by the edge."""
    global _current
    _current = Tables(refreshed=refreshed)


class Stored(Mapping[Key, Row]):
    """A table as it was read: a row is put together when it is asked for, as few are."""

    def __init__(self, name: str, text: str) -> None:
        lines = csv.reader(io.StringIO(text))
        self._columns = next(lines)
        places = [self._columns.index(column) for column in KEYS[name]]
        self._lines: dict[Key, list[str]] = {}
        self._rows: dict[Key, Row] = {}
        for line in lines:
            key = tuple([line[place] for place in places if place < len(line)])
            if key in self._lines or len(line) != len(self._columns):
                raise ValueError(f"{name}.csv has two rows, or a torn one, for {' '.join(key)}")
            self._lines[key] = line

    def __getitem__(self, key: Key) -> Row:
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = dict(zip(self._columns, self._lines[key], strict=True))
        return row

    def __iter__(self) -> Iterator[Key]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def read_table(folder: Path, name: str) -> Table:
    """A table by key; a folder that lacks it has no rows."""
    path = folder / f"{name}.csv"
    return Stored(name, path.read_text("utf-8")) if path.exists() else {}


def canonical(name: str, rows: Iterable[Row], columns: Iterable[str]) -> str:
    """The one text form of a table: rows in key order, plain line ends."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: tuple(row[c] for c in KEYS[name])))
    return out.getvalue()


def source_text(row: Row) -> str:
    return f"{row['title']} ({row['url']})" if row["url"] else row["title"]
