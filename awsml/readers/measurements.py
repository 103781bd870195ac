"""Throughputs of a scaling test, from CSV text or from rows that stand in a scenario."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from awsml.cluster import Flag, Measurement
from awsml.errors import UsageError
from awsml.finding import Place
from awsml.units import counted

NEEDED = ("strategy", "gpus", "throughput")
COLUMNS = ("strategy", "gpus", "nodes", "batch_per_gpu", "throughput")
_NUMBERS = ("throughput", "batch_per_gpu", "gpus", "nodes", "accumulation")
# A number with a thousands separator or a decimal comma, or with a unit after it.
_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?(?![0-9,])")
_DECORATED = re.compile(r"[0-9][0-9.,' ]*([,' ][0-9.]+|[ ]?[a-zA-Z%/][a-zA-Z%/ ]*)$")
_DELIMITERS = (",", "\t", ";")


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows that hold, and a flag for each that does not."""

    points: tuple[Measurement, ...]
    flags: tuple[Flag, ...] = ()


class _BadRow(ValueError):
    """What is wrong with one row."""


def read_measurements(text: str, file: str = "measurements") -> Measured:
    """CSV with a heading; lines that begin with # are remarks."""
    numbered = [
        (number, line)
        for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not numbered:
        raise _refused("it is empty", file, 1)
    at, heading = numbered[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    columns = [name.strip().lower() for name in _cells(heading, delimiter, file, at)]
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise _refused(f"its heading has no column `{missing[0]}`", file, at)
    rows, flags = [], []
    for number, line in numbered[1:]:
        cells = [cell.strip() for cell in _cells(line, delimiter, file, number)]
        _plain_numbers(cells, columns, line, Place(file, number, 1, number, 1))
        if len(cells) > len(columns):  # such as 1,234 for 1234, which would shift the rest
            message = f"it has {len(cells)} cells for {counted(len(columns), 'column')}"
            flags.append(Flag("measurement-refused", message, line=number))
        else:
            rows.append((number, dict(zip(columns, cells, strict=False))))
    held = measured(rows)
    found = Measured(held.points, (*flags, *held.flags))
    if not found.points:
        reason = f": {found.flags[0].message}" if found.flags else ""
        raise _refused(f"no row of it holds{reason}", file, at)
    return found


def measured(rows: Iterable[tuple[int | None, Mapping[str, str]]]) -> Measured:
    """Each row as a measurement, or as a flag that says why it is none."""
    points, flags = [], []
    for line, row in rows:
        try:
            points.append(_point(row, line))
        except _BadRow as bad:
            flags.append(Flag("measurement-refused", str(bad), row.get("strategy"), line=line))
    return Measured(tuple(points), tuple(flags))


def _plain_numbers(cells: Sequence[str], columns: Sequence[str], line: str, place: Place) -> None:
    """A number with separators or a unit is told at its place: without it the curve is another."""
    last = columns[-1]
    told = dict(zip(columns, cells, strict=False)) if len(cells) == len(columns) else {}
    found = next(((n, told[n]) for n in _NUMBERS if _DECORATED.match(told.get(n, ""))), None)
    if len(cells) == len(columns) + 1 and last in _NUMBERS:
        ends = ",".join(cells[-2:])  # such as 1,026.83 without quotes
        found = (last, ends) if "," in line and _THOUSANDS.match(ends) else found
    if found is None:
        return
    name, text = found
    at = line.rfind(text) if name == last else line.find(text)
    column = max(at, 0) + 1
    plain = _THOUSANDS.match(text)
    such = plain.group().replace(",", "") if plain else "1026.83"
    raise UsageError(
        f"{place.file}: {name} is `{text}`, which is no plain number",
        hint=f"write a plain number without unit or thousands separator, such as {such}",
        where=Place(place.file, place.line, column, place.line, column + len(text)),
        slug="measurements-unreadable",
    )


def _point(row: Mapping[str, str], line: int | None) -> Measurement:
    strategy = row.get("strategy", "")
    if not strategy:
        raise _BadRow("it names no strategy")
    gpus = _whole(row, "gpus")
    nodes = _whole(row, "nodes", 1)
    if nodes > gpus:
        raise _BadRow(f"{counted(gpus, 'GPU')} cannot be on {nodes} nodes")
    batch = _number(row, "batch_per_gpu") if row.get("batch_per_gpu") else None
    return Measurement(
        strategy=strategy,
        gpus=gpus,
        throughput=_number(row, "throughput"),
        nodes=nodes,
        batch_per_gpu=batch,
        host=row.get("host", ""),
        accumulation=_whole(row, "accumulation", 1),
        line=line,
    )


def _number(row: Mapping[str, str], name: str) -> float:
    text = row.get(name, "")
    try:
        value = float(text)
    except ValueError:
        raise _BadRow(f"{name} is `{text}`, which is no number") from None
    if not math.isfinite(value) or value <= 0:
        raise _BadRow(f"{name} is {text}, and it must be above 0")
    return value


def _whole(row: Mapping[str, str], name: str, default: int | None = None) -> int:
    if not row.get(name) and default is not None:
        return default
    value = _number(row, name)
    if value != int(value):
        raise _BadRow(f"{name} is {row[name]}, which is no whole number")
    return int(value)


def _cells(line: str, delimiter: str, file: str, number: int) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line), delimiter=delimiter))
    except csv.Error as error:  # a cell of more than a hundred thousand characters
        raise _refused(f"a line of it is no CSV: {error}", file, number) from error


def _refused(message: str, file: str, line: int) -> UsageError:
    return UsageError(
        f"{file} holds no measurements: {message}",
        hint=f"write a CSV with the columns {','.join(COLUMNS)}",
        where=Place(file, line, 1, line, 1),
        slug="measurements-unreadable",
    )
