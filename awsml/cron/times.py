"""When a schedule fires: local times that a clock change skips are skipped, repeated ones fire
once, and a rate counts hours of 60 minutes and days of 24 hours.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from awsml.cron.expression import SCHEDULER, At, Cron, Dialect, Rate, parse
from awsml.cron.fields import Values

# A 29 February that is also a given weekday comes back within 40 years, even over 2100.
_YEARS_AHEAD = 41


def at_time(seconds: float) -> str:
    """A moment since 1970 as EventBridge Scheduler's `at(...)` writes it in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def next_runs(
    expression: str, timezone: str, after: datetime, n: int, dialect: Dialect = SCHEDULER
) -> list[datetime]:
    """The first `n` times after a moment, in the time zone; fewer where the schedule ends.

    A rate counts from `after`. ValueError when the expression is wrong.
    """
    zone = ZoneInfo(timezone)
    schedule = parse(expression, dialect)
    if isinstance(schedule, Rate):
        return list(islice(_rate_runs(schedule, after.astimezone(UTC), zone), n))
    if isinstance(schedule, At):
        moment = _moment(schedule.when, zone)
        return [moment] if moment is not None and _utc(moment) > _utc(after) and n > 0 else []
    runs = _cron_runs(schedule, zone, after.astimezone(zone).date())
    return list(islice((run for run in runs if _utc(run) > _utc(after)), n))


def _rate_runs(rate: Rate, start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    try:
        while True:
            start += rate.every
            yield start.astimezone(zone)
    except OverflowError:  # after the year 9999
        return


def _cron_runs(cron: Cron, zone: ZoneInfo, first: date) -> Iterator[datetime]:
    clock = [time(hour, minute) for hour in sorted(cron.hours) for minute in sorted(cron.minutes)]
    for day in _days(cron, first):
        for at in clock:
            moment = _moment(datetime.combine(day, at), zone)
            if moment is not None:
                yield moment


def _days(cron: Cron, first: date) -> Iterator[date]:
    ahead = range(first.year, min(first.year + _YEARS_AHEAD, 9999))
    # A year far ahead may be the only one.
    late = sorted(year for year in cron.years if year >= ahead.stop)[:1]
    for year in [*(year for year in ahead if year in cron.years), *late]:
        for month in sorted(cron.months):
            for number in range(1, monthrange(year, month)[1] + 1):
                day = date(year, month, number)
                if day >= first and _on(cron, day):
                    yield day


def _on(cron: Cron, day: date) -> bool:
    if cron.days is not None:
        return day.day in cron.days.numbers or any(_is_day(m, day) for m in cron.days.marks)
    weekdays = cron.weekdays or Values(frozenset())
    weekday = day.isoweekday() % 7 + 1
    return weekday in weekdays.numbers or any(_is_weekday(m, day) for m in weekdays.marks)


def _is_day(mark: str, day: date) -> bool:
    """Whether a date is L, LW, L-3 or 15W."""
    last = monthrange(day.year, day.month)[1]
    if mark == "L":
        return day.day == last
    if mark == "LW":
        return day == _working_day(day.replace(day=last))
    if mark.startswith("L-"):
        return day.day == last - int(mark[2:])
    number = int(mark[:-1])
    return number <= last and day == _working_day(day.replace(day=number))


def _is_weekday(mark: str, day: date) -> bool:
    """Whether a date is 6L (the last Friday) or 6#2 (the second)."""
    if day.isoweekday() % 7 + 1 != int(mark[0]):
        return False
    if mark.endswith("L"):
        return day.day + 7 > monthrange(day.year, day.month)[1]
    return (day.day - 1) // 7 + 1 == int(mark[2])


def _working_day(day: date) -> date:
    """The working day nearest to a date, in the same month."""
    around = (0, -1, 1, -2, 2)
    near = (day + timedelta(days=offset) for offset in around)
    return next(d for d in near if d.month == day.month and d.isoweekday() <= 5)


def _moment(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment at which the clock shows this; None where it never does."""
    moment = wall.replace(tzinfo=zone, fold=0)
    there_and_back = moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return moment if there_and_back == wall else None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
