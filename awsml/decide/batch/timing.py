"""What a schedule comes to: its next runs, clock changes, overlap, and weekdays that differ."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from awsml import cron
from awsml.units import format_duration
from awsml.workload.batch import BatchWorkload

RUNS_SHOWN = 5
_YEAR = timedelta(days=366)
_MONTH_DAYS = 365.25 / 12
_MOST_RUNS = 9000  # in a year: once an hour


def next_runs(workload: BatchWorkload, after: datetime, n: int = RUNS_SHOWN) -> list[datetime]:
    if workload.expression is None:
        return []
    return cron.next_runs(workload.expression, workload.timezone, after, n)


def runs_per_month(workload: BatchWorkload) -> float | None:
    """The mean over a year that is no leap year; None without a schedule that repeats."""
    if workload.expression is None or workload.expression.lower().startswith("at("):
        return None
    start = datetime(2027, 1, 1, tzinfo=ZoneInfo(workload.timezone)) - timedelta(seconds=1)
    runs = cron.next_runs(workload.expression, workload.timezone, start, _MOST_RUNS)
    within = [run for run in runs if run <= start + timedelta(days=365)]
    if len(within) == _MOST_RUNS:
        span = (within[-1] - within[0]).total_seconds() / 86_400
        return round(len(within) / span * _MONTH_DAYS, 4)
    return round(len(within) / 12, 4)


def schedule_block(
    workload: BatchWorkload, after: datetime | None, warnings: Sequence[str]
) -> dict[str, Any]:
    runs = next_runs(workload, after) if after else []
    return {
        "expression": workload.expression,
        "timezone": workload.timezone,
        "next": [run.isoformat() for run in runs],
        "next_utc": [run.astimezone(UTC).isoformat() for run in runs],
        "runs_per_month": runs_per_month(workload),
        "window_seconds": workload.window_seconds,
        "warnings": list(warnings),
    }


def warnings_about(
    workload: BatchWorkload, after: datetime, attempts: int, p99_wall: float | None
) -> list[str]:
    """What surprises people about a schedule."""
    if workload.expression is None:
        return []
    runs = cron.next_runs(workload.expression, workload.timezone, after, _MOST_RUNS)
    year = [run for run in runs if run <= after.astimezone(run.tzinfo) + _YEAR]
    return [
        *_clock_changes(workload, after, year),
        *_overlap(workload, year, attempts, p99_wall),
        *_weekdays(year),
    ]


def _clock_changes(workload: BatchWorkload, after: datetime, year: Sequence[datetime]) -> list[str]:
    """Hours that clocks skip or repeat: the run is left out, or comes once."""
    if workload.expression is None or not workload.expression.lower().startswith("cron"):
        return []
    zone = ZoneInfo(workload.timezone)
    fixed = cron.next_runs(workload.expression, "UTC", _wall(after, zone), len(year) + 3)
    there = {run.replace(tzinfo=None) for run in year}
    found = []
    last = max(there, default=None)
    for run in (one.replace(tzinfo=None) for one in fixed):
        if last is not None and run <= last and run not in there:
            found.append(f"{run:%a %Y-%m-%d %H:%M}: the clock skips this time, and the run with it")
    for run in year:
        if run.replace(fold=1).utcoffset() != run.replace(fold=0).utcoffset():
            found.append(f"{run:%a %Y-%m-%d %H:%M} comes twice that day; the job runs once")
    offsets = sorted({run.utcoffset() or timedelta() for run in year})
    if len(offsets) > 1:
        shift = format_duration((offsets[-1] - offsets[0]).total_seconds())
        found.append(
            f"{workload.timezone} has daylight saving: in UTC the runs move by {shift} in the year"
        )
    return found


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=UTC)


def _overlap(
    workload: BatchWorkload, year: Sequence[datetime], attempts: int, p99_wall: float | None
) -> list[str]:
    if len(year) < 2:
        return []
    utc = [run.astimezone(UTC) for run in year]
    gap = min((b - a).total_seconds() for a, b in itertools.pairwise(utc))
    limit = workload.timeout_seconds
    if limit is None:
        return [
            (
                f"without a timeout a run may meet the next, {format_duration(gap)} later; "
                "set `timeout`"
            )
        ]
    most = limit * attempts
    if most <= gap:
        return []
    likely = "" if p99_wall is None else f" (p99 of a run is {format_duration(p99_wall)})"
    return [
        (
            f"{attempts} attempts of {format_duration(limit)} may take {format_duration(most)}, "
            f"and the next run comes after {format_duration(gap)}{likely}: two may run at once"
        )
    ]


def _weekdays(year: Sequence[datetime]) -> list[str]:
    for run in year:
        utc = run.astimezone(UTC)
        if utc.weekday() != run.weekday():
            return [
                (
                    f"{run:%a %H:%M} in {run.tzinfo} is {utc:%a %H:%M} UTC: a rule in UTC would "
                    "run on other days"
                )
            ]
    return []
