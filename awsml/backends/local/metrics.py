"""Metric values in log lines, found by the request's own regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from awsml.errors import BackendError
from awsml.events import LogLine, MetricPoint

_LONGEST_LINE = 8_192  # characters searched; a regex may be slow on what is longer


class MetricFinder:
    """Reads points from log lines; the first group of a regex is the value."""

    def __init__(self, definitions: Mapping[str, str]) -> None:
        self._patterns = {name: _compiled(name, regex) for name, regex in definitions.items()}

    def points(self, line: LogLine) -> Iterator[MetricPoint]:
        text = line.text[:_LONGEST_LINE]
        for name, pattern in self._patterns.items():
            for match in pattern.finditer(text):
                value = _number(match)
                if value is not None:
                    yield MetricPoint(name, value, line.at)


def _compiled(name: str, regex: str) -> re.Pattern[str]:
    try:
        return re.compile(regex)
    except (re.error, OverflowError, RecursionError) as error:
        raise BackendError(
            f"the regex of metric `{name}` is no regular expression: {error}",
            hint="write it like `val_acc=([0-9.]+)`",
            slug="metric-regex-invalid",
        ) from error


def _number(match: re.Match[str]) -> float | None:
    try:
        value = float(match.group(1) if match.re.groups else match.group())
    except (TypeError, ValueError):
        return None
    return value if value == value and abs(value) != float("inf") else None
