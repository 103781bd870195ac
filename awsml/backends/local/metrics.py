"""Metric values in log lines, found by the request's own regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from awsml.errors import BackendError
from awsml.events import Event, LogLine, MetricPoint, Note
from awsml.regex.search import SECONDS, RanAway, Search


class MetricFinder:
    """Reads points from log lines; the first group of a regex is the value."""

    def __init__(self, definitions: Mapping[str, str], seconds: float = SECONDS) -> None:
        """`seconds` of CPU are what a regex may take for a line."""
        self._searches = {
            name: _compiled(name, regex, seconds) for name, regex in definitions.items()
        }

    def points(self, line: LogLine) -> Iterator[Event]:
        """A regex that runs away is given up, and that is said."""
        for name, search in list(self._searches.items()):
            try:
                found = search.values(line.text)
            except RanAway:
                del self._searches[name]
                told = f"the regex of metric `{name}` runs away on a line and is given up"
                yield Note(f"{told}: `awsml explain metric-regex-slow`", "warning")
                continue
            for text in found:
                value = _number(text)
                if value is not None:
                    yield MetricPoint(name, value, line.at)

    def close(self) -> None:
        for search in self._searches.values():
            search.close()


def _compiled(name: str, regex: str, seconds: float) -> Search:
    try:
        return Search(regex, seconds)
    except (re.error, OverflowError, RecursionError) as error:
        raise BackendError(
            f"the regex of metric `{name}` is no regular expression: {error}",
            hint="write it like `val_acc=([0-9.]+)`",
            slug="metric-regex-invalid",
        ) from error


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None
