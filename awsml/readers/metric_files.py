"""Utilisation from a CSV, from JSON, or from what CloudWatch answered and was saved."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from awsml.errors import UsageError
from awsml.finding import Place
from awsml.readers.metrics import NAMES, SERVED, Point, Utilisation, normalised, plain

_TIMES = frozenset({"timestamp", "time", "date", "datetime"})
_LONG = frozenset({"metric", "metricname", "name", "label"})
_VALUES = frozenset({"value", "average", "mean"})
_STATISTICS = frozenset({"Average", "Sum"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as it stands in the file; `statistic` where the file tells it."""

    name: str
    text: str
    at: float | None
    line: int
    statistic: str = ""


def read_metrics(text: str, file: str, cores: int | None, gpus: int | None) -> Utilisation:
    """A CSV or JSON text; `file` is only named in messages."""
    found = utilisation_in(text, file, cores, gpus)
    if found is None:
        known = ", ".join(sorted(set(NAMES.values())))
        raise UsageError(
            f"{file} holds no utilisation that is known",
            hint=f"name columns like {known}, or as CloudWatch does",
            where=Place(file),
            slug="no-metrics",
        )
    return found


def utilisation_in(text: str, file: str, cores: int | None, gpus: int | None) -> Utilisation | None:
    """None where a file tells of other things only."""
    points = [point for cell in cells_of(text, file) for point in _point(cell, file)]
    return normalised(points, cores, gpus) if points else None


def cells_of(text: str, file: str) -> Iterator[Cell]:
    """Every named value of a file, whatever it measures."""
    return _json_cells(text, file) if _is_json(text) else _csv_cells(text, file)


def number_of(cell: Cell, file: str) -> float | None:
    """An empty cell or `nan` is a gap, a word is a mistake."""
    text = cell.text.strip().removesuffix("%").strip()
    if not text or text.lower() in ("nan", "null", "none", "-"):
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise UsageError(
            f"`{cell.text.strip()}` is no number for {cell.name.strip()}",
            hint="leave the cell empty where nothing was measured",
            where=Place(file, cell.line),
            slug="no-metrics",
        ) from error
    return value if math.isfinite(value) else None


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def _csv_cells(text: str, file: str) -> Iterator[Cell]:
    rows = [row for row in _rows(text, file) if any(cell.strip() for cell in row)]
    if not rows:
        return
    heading = [plain(cell) for cell in rows[0]]
    metric = _column(heading, _LONG)
    value = _column(heading, _VALUES)
    time = _column(heading, _TIMES)
    for number, row in enumerate(rows[1:], 2):
        cells = [*row, *[""] * (len(heading) - len(row))]
        at = _time(cells[time]) if time is not None else None
        if metric is not None and value is not None:
            yield Cell(cells[metric], cells[value], at, number)
            continue
        for name, cell in zip(rows[0], cells, strict=False):
            yield Cell(name, cell, at, number)


def _rows(text: str, file: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    try:
        return list(reader)
    except csv.Error as error:  # a cell beyond csv's limit: quotes that are never closed
        raise UsageError(
            f"{file} is no CSV: {error}",
            hint="close the quotes, and write one number in a cell",
            where=Place(file, reader.line_num),
            slug="no-metrics",
        ) from error


def _point(cell: Cell, file: str) -> Iterator[Point]:
    """A value in percent, where the name is one of utilisation."""
    known = NAMES.get(plain(cell.name))
    if known is None or cell.statistic not in ("", "Average"):
        return
    percent = number_of(cell, file)
    if percent is not None:
        yield Point(known, cell.at, percent, summed=plain(cell.name).endswith("utilization"))


def _json_cells(text: str, file: str) -> Iterator[Cell]:
    """GetMetricData, GetMetricStatistics, or a mapping of names to values; also several answers
    in a list, or one after the other as `>>` leaves them."""
    for tree in _trees(text, file):
        for part in _mappings(tree if isinstance(tree, list) else [tree]):
            yield from _tree_cells(part)


def _trees(text: str, file: str) -> Iterator[Any]:
    decoder, rest = json.JSONDecoder(), text.lstrip("\ufeff")
    at = _next_value(rest, 0)
    while at < len(rest):
        try:
            tree, at = decoder.raw_decode(rest, at)
        except json.JSONDecodeError as error:
            where = Place(file, error.lineno, error.colno)
            raise _no_json(file, error.msg, where) from error
        except RecursionError as error:
            raise _no_json(file, "it is nested too deeply", Place(file)) from error
        except ValueError as error:
            raise _no_json(file, "it holds a number of thousands of digits", Place(file)) from error
        yield tree
        at = _next_value(rest, at)


def _next_value(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _no_json(file: str, why: str, where: Place) -> UsageError:
    return UsageError(
        f"{file} is no JSON: {why}",
        hint="write it with `aws cloudwatch get-metric-data`, or as CSV",
        where=where,
        slug="no-metrics",
    )


def _tree_cells(tree: Mapping[str, Any]) -> Iterator[Cell]:
    for result in _mappings(tree.get("MetricDataResults")):
        yield from _result_cells(result)
    for index, datum in enumerate(_mappings(tree.get("Datapoints"))):
        at = _time(str(datum.get("Timestamp", index)))
        for statistic in sorted(_STATISTICS & datum.keys()):
            yield Cell(str(tree.get("Label", "")), str(datum[statistic]), at, 1, statistic)
    for name, values in tree.items():
        for value in _list(values):
            if not isinstance(value, dict | list):
                yield Cell(name, "" if value is None else str(value), None, 1)


def _result_cells(result: Mapping[str, Any]) -> Iterator[Cell]:
    """One series of GetMetricData; its label ends in the metric's name, or its id is it."""
    words = [*str(result.get("Id") or "").split(), *str(result.get("Label") or "").split()]
    name = next(
        (word for word in reversed(words) if plain(word) in NAMES or plain(word) in SERVED), ""
    )
    statistic = next((word for word in words if word in _STATISTICS), "")
    times = _list(result.get("Timestamps"))
    for index, value in enumerate(_list(result.get("Values"))):
        at = _time(str(times[index])) if index < len(times) else None
        yield Cell(name, str(value), at, 1, statistic)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    """What of a list can hold a series; anything else in it is none."""
    return [each for each in _list(value) if isinstance(each, dict)]


def _column(heading: Sequence[str], names: frozenset[str]) -> int | None:
    return next((index for index, cell in enumerate(heading) if cell in names), None)


def _time(text: str) -> float | None:
    """Seconds of an ISO time or a number; None where it is neither."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = _moment(text)
    return seconds if math.isfinite(seconds) else None


def _moment(text: str) -> float:
    """Seconds since 1970; NaN where the text is no time."""
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
