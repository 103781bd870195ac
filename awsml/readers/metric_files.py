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
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
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
    try:
        tree = json.loads(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{file} is no JSON: {error.msg}",
            hint="write it with `aws cloudwatch get-metric-data`, or as CSV",
            where=Place(file, error.lineno, error.colno),
            slug="no-metrics",
        ) from error
    for part in tree if isinstance(tree, list) else [tree]:
        if isinstance(part, dict):
            yield from _tree_points(part, file)


def _tree_points(tree: Mapping[str, Any], file: str) -> Iterator[Point]:
    for result in tree.get("MetricDataResults", []):
        yield from _result_points(result, file)
    if "Datapoints" in tree:
        for index, datum in enumerate(tree["Datapoints"]):
            at = _time(str(datum.get("Timestamp", index)))
            yield from _point(
                str(tree.get("Label", "")), str(datum.get("Average", "")), at, file, 1
            )
    for name, values in tree.items():
        if plain(name) in NAMES and isinstance(values, list):
            for index, value in enumerate(values):
                yield from _point(name, "" if value is None else str(value), float(index), file, 1)


def _result_points(result: Mapping[str, Any], file: str) -> Iterator[Point]:
    """One series of GetMetricData; its label ends in the metric's name."""
    words = str(result.get("Label") or result.get("Id") or "").split()
    name = next((word for word in reversed(words) if plain(word) in NAMES), "")
    times = result.get("Timestamps", [])
    for index, value in enumerate(result.get("Values", [])):
        at = _time(str(times[index])) if index < len(times) else None
        yield from _point(name, str(value), at, file, 1)


def _column(heading: Sequence[str], names: frozenset[str]) -> int | None:
    return next((index for index, cell in enumerate(heading) if cell in names), None)


def _time(text: str) -> float | None:
    """Seconds of an ISO time or a number; None where it is neither."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
