"""When a batch job runs by itself: working days, a week with a deadline, or a cron expression."""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from awsml import cron
from awsml.kinds.parts import Part
from awsml.scenario.fields import Problem, Text

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")  # AWS counts from 1 for Sunday
WEEK_SECONDS = 7 * 86_400
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SIX_FIELDS = cron.Dialect("EventBridge Scheduler", (6,), False, True)


class Timetable(Part):
    """Exactly one of `days`, `weekly` and `cron`."""

    days: Annotated[
        Text | None, Field(description="A run on each of these days: mon-fri, or mon,wed,fri.")
    ] = None
    weekly: Annotated[Text | None, Field(description="One run a week, on this day.")] = None
    cron: Annotated[
        Text | None, Field(description="cron(...), rate(...) or at(...) as AWS writes them.")
    ] = None
    at: Annotated[Text, Field(description="Time of day, such as 02:00.")] = "00:00"
    finish_by: Annotated[
        Text | None, Field(description="Deadline of a weekly run: fri, or `fri 18:00`.")
    ] = None
    timezone: Annotated[Text, Field(description="Time zone, such as Asia/Seoul.")] = "UTC"

    @field_validator("timezone", mode="after")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise Problem(
                f"`{value}` is no time zone", hint="write it like `Asia/Seoul` or `UTC`"
            ) from error
        return value

    @field_validator("at", mode="after")
    @classmethod
    def _at(cls, value: str) -> str:
        clock_of(value)
        return value

    @field_validator("days", mode="after")
    @classmethod
    def _days(cls, value: str | None) -> str | None:
        if value is not None:
            days_of(value)
        return value

    @field_validator("weekly", mode="after")
    @classmethod
    def _weekly(cls, value: str | None) -> str | None:
        if value is not None:
            day_number(value)
        return value

    @field_validator("cron", mode="after")
    @classmethod
    def _cron(cls, value: str | None) -> str | None:
        return None if value is None else _checked(value)

    @model_validator(mode="after")
    def _one_of(self) -> Timetable:
        if sum(v is not None for v in (self.days, self.weekly, self.cron)) != 1:
            raise Problem(
                "a schedule is exactly one of `days`, `weekly` or `cron`",
                hint='write `schedule: {days: mon-fri, at: "02:00", timezone: Asia/Seoul}`',
                slug="conflicting-fields",
            )
        if self.finish_by is not None:
            if self.weekly is None:
                raise Problem(
                    "`finish_by` is the deadline of a weekly run",
                    hint="write `weekly: mon` beside it",
                    slug="conflicting-fields",
                    field="finish_by",
                )
            moment_of_week(self.finish_by, end_of_day=True)
        return self

    @property
    def expression(self) -> str:
        """The schedule as EventBridge Scheduler takes it."""
        if self.cron is not None:
            return self.cron
        hour, minute = clock_of(self.at)
        days = self.days if self.days is not None else self.weekly or ""
        return f"cron({minute} {hour} ? * {_cron_days(days)} *)"

    @property
    def window_seconds(self) -> float | None:
        """From the start of a weekly run to its deadline, by the clock on the wall."""
        if self.weekly is None or self.finish_by is None:
            return None
        hour, minute = clock_of(self.at)
        start = day_number(self.weekly) * 86_400 + hour * 3600 + minute * 60
        return float((moment_of_week(self.finish_by, end_of_day=True) - start) % WEEK_SECONDS)


def clock_of(text: str) -> tuple[int, int]:
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise Problem(f"`{text}` is no time of day", hint='write it like `"02:00"`')
    return int(match[1]), int(match[2])


def day_number(text: str) -> int:
    """0 for Sunday; three letters or more are enough."""
    name = text.strip().lower()
    found = [n for n, day in enumerate(DAYS) if len(name) >= 3 and _full(day).startswith(name)]
    if not found:
        raise Problem(f"`{text}` is no day of the week", hint=f"one of {', '.join(DAYS)}")
    return found[0]


def days_of(text: str) -> list[int]:
    """`mon-fri` and `mon,wed,fri`, in the order of the week."""
    numbers: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start = day_number(first)
        end = day_number(last) if dash else start
        numbers |= {(start + n) % 7 for n in range((end - start) % 7 + 1)}
    return sorted(numbers)


def moment_of_week(text: str, *, end_of_day: bool) -> int:
    """Seconds from the beginning of Sunday; a day alone is its end."""
    day, _, clock = text.strip().partition(" ")
    if not clock:
        return day_number(day) * 86_400 + (86_400 if end_of_day else 0)
    hour, minute = clock_of(clock)
    return day_number(day) * 86_400 + hour * 3600 + minute * 60


def _cron_days(text: str) -> str:
    numbers = days_of(text)
    if numbers == [1, 2, 3, 4, 5]:
        return "MON-FRI"
    return "*" if len(numbers) == 7 else ",".join(DAYS[n].upper() for n in numbers)


def _checked(text: str) -> str:
    """The expression, its `cron(...)` added; Unix's five fields count weekdays otherwise."""
    written = text.strip()
    whole = written if "(" in written else f"cron({written})"
    found = cron.faults(whole, _SIX_FIELDS)
    if found:
        better = cron.corrected(whole, _SIX_FIELDS)
        hint = f"write `{better}`" if better else "write it like `cron(0 2 ? * MON-FRI *)`"
        raise Problem(f"`{text}`: {found[0].message}", hint=hint, slug="bad-schedule")
    return whole


def _full(day: str) -> str:
    return {
        "sun": "sunday", "mon": "monday", "tue": "tuesday", "wed": "wednesday",
        "thu": "thursday", "fri": "friday", "sat": "saturday",
    }[day]  # fmt: skip
