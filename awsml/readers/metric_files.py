"""Utilisation from a CSV, from JSON, or from what CloudWatch answered and was saved."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from awsml.errors import UsageError
from awsml.finding import Place
from awsml.readers.metrics import NAMES, Point, Utilisation, normalised, plain

_TIMES = frozenset({"timestamp", "time", "date", "datetime"})
_LONG = frozenset({"metric", "metricname", "name", "label"})
_VALUES = frozenset({"value", "average", "mean"})


def read_metrics(text: str, file: str, cores: int | None, gpus: int | None) -> Utilisation:
    """A CSV or JSON text; `file` is only named in messages."""
    points = list(_json_points(text, file) if _is_json(text) else _csv_points(text, file))
    if not points:
        known = ", ".join(sorted(set(NAMES.values())))
        raise UsageError(
            f"{file} holds no utilisation that is known",
            hint=f"name columns like {known}, or as CloudWatch does",
            where=Place(file),
            slug="no-metrics",
        )
    return normalised(points, cores, gpus)


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def _csv_points(text: str, file: str) -> Iterator[Point]:
    rows = [row for row in _rows(text, file) if any(cell.strip() for cell in row)]
    if not rows:
        return
    heading = [plain(cell) for cell in rows[0]]
    metric = _column(heading, _LONG)
    value = _column(heading, _VALUES)
    time = _column(heading, _TIMES)
    for number, row in enumerate(rows[1:], 2):
        cells = [*row, *[""] * (len(heading) - len(row))]
        at = _time(cells[time]) if time is not None else float(number)
        if metric is not None and value is not None:
            yield from _point(cells[metric], cells[value], at, file, number)
            continue
        for name, cell in zip(rows[0], cells, strict=False):
            yield from _point(name, cell, at, file, number)


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


def _point(name: str, cell: str, at: float | None, file: str, line: int) -> Iterator[Point]:
    """A value in percent; an empty cell or `nan` is a gap, a word is a mistake."""
    known = NAMES.get(plain(name))
    text = cell.strip().removesuffix("%").strip()
    if known is None or not text or text.lower() in ("nan", "null", "none", "-"):
        return
    try:
        percent = float(text)
    except ValueError as error:
        raise UsageError(
            f"`{cell.strip()}` is no number for {name.strip()}",
            hint="leave the cell empty where nothing was measured",
            where=Place(file, line),
            slug="no-metrics",
        ) from error
    if math.isfinite(percent):
        yield Point(known, at, percent, summed=plain(name).endswith("utilization"))


def _json_points(text: str, file: str) -> Iterator[Point]:
    """GetMetricData, GetMetricStatistics, or a mapping of names to values."""
    tree = _tree(text, file)
    for part in _mappings(tree if isinstance(tree, list) else [tree]):
        yield from _tree_points(part, file)


def _tree(text: str, file: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        where = Place(file, error.lineno, error.colno)
        raise _no_json(file, error.msg, where) from error
    except RecursionError as error:
        raise _no_json(file, "it is nested too deeply", Place(file)) from error
    except ValueError as error:
        raise _no_json(file, "it holds a number of thousands of digits", Place(file)) from error


def _no_json(file: str, why: str, where: Place) -> UsageError:
    return UsageError(
        f"{file} is no JSON: {why}",
        hint="write it with `aws cloudwatch get-metric-data`, or as CSV",
        where=where,
        slug="no-metrics",
    )


def _tree_points(tree: Mapping[str, Any], file: str) -> Iterator[Point]:
    for result in _mappings(tree.get("MetricDataResults")):
        yield from _result_points(result, file)
    for index, datum in enumerate(_mappings(tree.get("Datapoints"))):
        at = _time(str(datum.get("Timestamp", index)))
        yield from _point(str(tree.get("Label", "")), str(datum.get("Average", "")), at, file, 1)
    for name, values in tree.items():
        if plain(name) in NAMES:
            for index, value in enumerate(_list(values)):
                yield from _point(name, "" if value is None else str(value), float(index), file, 1)


def _result_points(result: Mapping[str, Any], file: str) -> Iterator[Point]:
    """One series of GetMetricData; its label ends in the metric's name."""
    words = str(result.get("Label") or result.get("Id") or "").split()
    name = next((word for word in reversed(words) if plain(word) in NAMES), "")
    times = _list(result.get("Timestamps"))
    for index, value in enumerate(_list(result.get("Values"))):
        at = _time(str(times[index])) if index < len(times) else None
        yield from _point(name, str(value), at, file, 1)


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
