"""When a schedule fires, against a count over every minute that really was."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsml.cron import next_runs

# Both changes of the clock lie in each window; Lord Howe moves by half an hour.
WINDOWS = [
    ("America/New_York", datetime(2026, 3, 6, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 30, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2027, 3, 26, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2027, 10, 29, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 3, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 2, tzinfo=UTC)),
    ("Asia/Seoul", datetime(2028, 2, 27, tzinfo=UTC)),
]
DAYS = 5


def every_minute(
    zone: str, start: datetime, minutes: set[int], hours: set[int], day: Callable[[date], bool]
) -> list[datetime]:
    """The slow way: each minute of the window, the first time that the clock shows it."""
    found = []
    for passed in range(1, DAYS * 24 * 60 + 1):
        moment = (start + timedelta(minutes=passed)).astimezone(ZoneInfo(zone))
        on_time = moment.minute in minutes and moment.hour in hours and moment.fold == 0
        if on_time and day(moment.date()):
            found.append(moment.astimezone(UTC))
    return found


def computed(expression: str, zone: str, start: datetime) -> list[datetime]:
    end = start + timedelta(days=DAYS)
    runs = (run.astimezone(UTC) for run in next_runs(expression, zone, start, DAYS * 24 * 60))
    return [run for run in runs if run <= end]


@settings(max_examples=40)
@given(
    window=st.sampled_from(WINDOWS),
    minutes=st.sets(st.integers(0, 59), min_size=1, max_size=3),
    hours=st.sets(st.integers(0, 5), min_size=1, max_size=3),
    weekdays=st.sets(st.integers(1, 7), min_size=1),
)
def test_runs_are_those_of_every_minute(
    window: tuple[str, datetime], minutes: set[int], hours: set[int], weekdays: set[int]
) -> None:
    zone, start = window
    lists = [",".join(map(str, sorted(values))) for values in (minutes, hours, weekdays)]
    expression = f"cron({lists[0]} {lists[1]} ? * {lists[2]} {start.year})"
    slow = every_minute(
        zone, start, minutes, hours, lambda day: day.isoweekday() % 7 + 1 in weekdays
    )
    assert computed(expression, zone, start) == slow


@pytest.mark.parametrize(("zone", "start"), WINDOWS, ids=str)
def test_every_half_hour_over_a_change_of_the_clock(zone: str, start: datetime) -> None:
    slow = every_minute(zone, start, {0, 30}, set(range(24)), lambda day: True)
    assert computed("cron(0/30 * * * ? *)", zone, start) == slow


def test_a_time_that_the_clock_skips_is_skipped() -> None:
    runs = next_runs(
        "cron(30 2 * * ? *)", "America/New_York", datetime(2026, 3, 7, 12, tzinfo=UTC), 2
    )
    assert [run.date() for run in runs] == [date(2026, 3, 9), date(2026, 3, 10)]


def test_a_time_that_the_clock_repeats_fires_once() -> None:
    runs = next_runs(
        "cron(30 1 * * ? *)", "America/New_York", datetime(2026, 11, 1, 4, tzinfo=UTC), 2
    )
    assert [run.astimezone(UTC) for run in runs] == [
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 2, 6, 30, tzinfo=UTC),
    ]


MARKS = {
    "L * ?": lambda d: d.day == monthrange(d.year, d.month)[1],
    "L-2 * ?": lambda d: d.day == monthrange(d.year, d.month)[1] - 2,
    "? * 6L": lambda d: d.isoweekday() == 5 and (d + timedelta(days=7)).month != d.month,
    "? * 2#1": lambda d: d.isoweekday() == 1 and d.day <= 7,
    "? * 4#5": lambda d: d.isoweekday() == 3 and d.day > 28,
    "? * L": lambda d: d.isoweekday() == 6,
    "31 * ?": lambda d: d.day == 31,
    "29 2 ?": lambda d: (d.month, d.day) == (2, 29),
}


@pytest.mark.parametrize(("fields", "on"), MARKS.items(), ids=list(MARKS))
def test_days_of_the_calendar(fields: str, on: Callable[[date], bool]) -> None:
    start = date(2026, 1, 1)
    days = (start + timedelta(days=i) for i in range(1, 365 * 5))
    slow = [day for day in days if on(day)][:12]
    runs = next_runs(f"cron(0 12 {fields} *)", "UTC", datetime(2026, 1, 1, 23, tzinfo=UTC), 12)
    assert [run.date() for run in runs][: len(slow)] == slow


@pytest.mark.parametrize(
    ("field", "month", "day"),
    [("1W", 8, 3), ("15W", 8, 14), ("16W", 8, 17), ("31W", 1, 30), ("LW", 5, 29)],
)
def test_the_working_day_nearest_to_a_date_in_2026(field: str, month: int, day: int) -> None:
    run = next_runs(
        f"cron(0 12 {field} {month} ? 2026)", "UTC", datetime(2026, 1, 1, tzinfo=UTC), 1
    )
    assert run[0].date() == date(2026, month, day)


def test_a_leap_day_on_a_monday_is_found_and_a_thirtieth_of_february_is_not() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert next_runs("cron(0 0 30 2 ? *)", "UTC", start, 1) == []
    assert next_runs("cron(0 0 ? 2 1#5 *)", "UTC", start, 1)[0].year == 2032


def test_a_rate_counts_hours_from_the_start() -> None:
    start = datetime(2026, 3, 7, 12, tzinfo=UTC)
    runs = next_runs("rate(1 day)", "America/New_York", start, 2)
    assert [run.astimezone(UTC) - start for run in runs] == [timedelta(days=1), timedelta(days=2)]


def test_at_fires_once_and_not_in_the_past() -> None:
    expression, zone = "at(2027-01-04T02:00:00)", "Asia/Seoul"
    (run,) = next_runs(expression, zone, datetime(2027, 1, 1, tzinfo=UTC), 5)
    assert run.astimezone(UTC) == datetime(2027, 1, 3, 17, tzinfo=UTC)
    assert next_runs(expression, zone, run, 5) == []
