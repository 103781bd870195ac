"""The regex of the objective, tried on the log of an earlier job."""

from __future__ import annotations

import re
from pathlib import Path

from awsml.finding import Confidence, Finding, Level
from awsml.kinds.kind import Context
from awsml.kinds.tuning.spec import Definition
from awsml.regex.search import RanAway, Search
from awsml.units import counted

_MOST_BYTES = 20_000_000


def log_findings(definition: Definition, at: str, context: Context) -> list[Finding]:
    """A regex that finds nothing in a real log will find nothing in any trial's."""
    objective = definition.objective
    regex = definition.training.metrics.get(objective.metric)
    if objective.log is None or regex is None:
        return []
    field = f"{at}.objective.log" if at else "objective.log"
    path = Path(context.local_path(field, objective.log))
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            lines = file.read(_MOST_BYTES).splitlines()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        return [_finding("log-unreadable", message, "name a log of this script", field, context)]
    try:
        with Search(regex) as search:
            values = [value for line in lines for value in search.values(line)]
    except (re.error, OverflowError, RecursionError):
        return []  # a rule of its own says so
    except RanAway:
        message = f"the regex of `{objective.metric}` runs away on a line of that log"
        hint = "run `awsml explain metric-regex-slow`"
        return [_finding("metric-regex-slow", message, hint, field, context)]
    return _judged(objective.metric, values, len(lines), field, context)


def _judged(
    metric: str, values: list[str | None], lines: int, field: str, context: Context
) -> list[Finding]:
    if not values:
        message = f"the regex of `{metric}` finds nothing in that log of {counted(lines, 'line')}"
        hint = f"change `training.metrics.{metric}` to fit a line that the script prints"
        return [_finding("metric-not-in-log", message, hint, field, context)]
    bad = [value or "" for value in values if not _is_number(value)]
    if not bad:
        return []
    message = f"the regex of `{metric}` finds `{bad[0]}`, which is no number"
    hint = "put the number alone into the first group, such as `val_acc=([0-9.]+)`"
    return [_finding("metric-not-in-log", message, hint, field, context)]


def _is_number(text: str | None) -> bool:
    try:
        float(text or "")
    except ValueError:
        return False
    return True


def _finding(slug: str, message: str, hint: str, field: str, context: Context) -> Finding:
    place = context.origins.place(field)
    return Finding(slug, Level.WARNING, message, hint, Confidence.VERIFIED, place, field)
