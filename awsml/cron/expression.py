"""Reads schedule expressions, and says which part of one AWS would refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from awsml.cron.fields import DAY, FIELDS, WEEKDAY, Field, Values, Wrong, every, read_item


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one service differs: numbers of cron fields, strict plurals of rate, and at()."""

    name: str
    counts: tuple[int, ...]
    strict_plural: bool
    has_at: bool


# Measured against the services in 2026-09 by the cdk-preflight project: rules want six fields and
# `1 minute`; the Scheduler takes five as well and any plural; Auto Scaling does not count.
RULES = Dialect("EventBridge rules", (6,), True, False)
SCHEDULER = Dialect("EventBridge Scheduler", (5, 6), False, True)
AUTOSCALING = Dialect("Application Auto Scaling", (5, 6, 7), False, True)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the characters of the expression that are."""

    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression; days and weekdays are None where `?` leaves them to the other."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: Values | None
    months: frozenset[int]
    weekdays: Values | None
    years: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rate:
    every: timedelta


@dataclass(frozen=True, slots=True)
class At:
    """One moment, as the clock on the wall shows it."""

    when: datetime


_CALL = re.compile(r"\s*(cron|rate|at)\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
_RATE = re.compile(r"\s*(\d{1,8})\s+(minutes?|hours?|days?)\s*", re.IGNORECASE)
_LOOSE_RATE = re.compile(r"\s*(\d{1,8})\s*(minutes?|hours?|days?)\s*", re.IGNORECASE)
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


def faults(expression: str, dialect: Dialect = SCHEDULER) -> list[Fault]:
    """Everything that is wrong with an expression; an empty list when it is accepted."""
    return list(_read(expression, dialect, []))


def parse(expression: str, dialect: Dialect = SCHEDULER) -> Cron | Rate | At:
    """The schedule; ValueError says the first thing that is wrong with it."""
    found: list[Cron | Rate | At] = []
    for fault in _read(expression, dialect, found):
        raise ValueError(fault.message)
    return found[0]


def tokens(expression: str) -> list[tuple[str, int]]:
    """The fields between the parentheses of a cron expression, with where each begins."""
    call = _CALL.fullmatch(expression)
    offset, body = (call.start(2), call[2]) if call else (0, expression)
    return [(match[0], offset + match.start()) for match in re.finditer(r"\S+", body)]


def _read(expression: str, dialect: Dialect, found: list[Cron | Rate | At]) -> Iterator[Fault]:
    call = _CALL.fullmatch(expression)
    if call is None:
        forms = "cron(...), rate(...) or at(...)" if dialect.has_at else "cron(...) or rate(...)"
        yield Fault(f"a schedule is written as {forms}", 0, len(expression))
        return
    match call[1].lower():
        case "cron":
            yield from _cron(expression, dialect, found)
        case "rate":
            yield from _rate(call, dialect, found)
        case _:
            yield from _at(call, dialect, found)


def _cron(expression: str, dialect: Dialect, found: list[Cron | Rate | At]) -> Iterator[Fault]:
    fields = tokens(expression)
    if len(fields) not in dialect.counts:
        yield Fault(_miscounted(len(fields), dialect), *_inside(expression))
        return
    if len(fields) == 7:
        # Auto Scaling takes seven without saying what they mean.
        return
    complete = True
    read: list[Values | None] = []
    for field, (text, start) in zip(FIELDS, fields, strict=False):
        try:
            read.append(_field(field, text))
        except Wrong as wrong:
            yield Fault(str(wrong), start, start + len(text))
            complete = False
    if not complete:
        return
    if (fault := _days(fields)) is not None:
        yield fault
        return
    minutes, hours, days, months, weekdays = read[:5]
    years = read[5] if len(read) == 6 else Values(every(FIELDS[5]))
    assert minutes and hours and months and years
    found.append(
        Cron(minutes.numbers, hours.numbers, days, months.numbers, weekdays, years.numbers)
    )


def _field(field: Field, text: str) -> Values | None:
    if text.rstrip(",") == "?" and field.is_day:
        return None
    # A comma at the end of a field is let through (aws/aws-sdk#161).
    items = [read_item(field, item) for item in text.rstrip(",").split(",")]
    numbers = frozenset[int]().union(*(item.numbers for item in items))
    return Values(numbers, tuple(mark for item in items for mark in item.marks))


def _days(fields: list[tuple[str, int]]) -> Fault | None:
    """Exactly one of the two fields of days has to be `?`."""
    (day, start), (weekday, other) = fields[DAY.place], fields[WEEKDAY.place]
    unset = [day.rstrip(","), weekday.rstrip(",")].count("?")
    if unset == 1:
        return None
    end = other + len(weekday)
    if unset == 2:
        return Fault("`?` stands in both fields of days, and one has to say which", start, end)
    return Fault(
        f"day of the month is `{day}` and day of the week is `{weekday}`: one of them must be `?`",
        start if weekday != "*" or day == "*" else other,
        end if day != "*" or weekday == "*" else start + len(day),
    )


def _rate(call: re.Match[str], dialect: Dialect, found: list[Cron | Rate | At]) -> Iterator[Fault]:
    pattern = _RATE if dialect.strict_plural else _LOOSE_RATE
    parts = pattern.fullmatch(call[2])
    if parts is None:
        message = "a rate is a whole number and minutes, hours or days"
        yield Fault(message, call.start(2), call.end(2))
        return
    count, unit = int(parts[1]), parts[2].lower()
    if count == 0:
        yield Fault("a rate is at least 1", call.start(2), call.end(2))
    elif dialect.strict_plural and (count == 1) == unit.endswith("s"):
        right = unit.rstrip("s") + ("s" if count > 1 else "")
        start = call.start(2) + parts.start(2)
        yield Fault(f"`{count} {unit}` is refused: {count} {right}", start, start + len(unit))
    else:
        hours = {"minute": 1 / 60, "hour": 1, "day": 24}[unit.rstrip("s")]
        found.append(Rate(timedelta(hours=count * hours)))


def _at(call: re.Match[str], dialect: Dialect, found: list[Cron | Rate | At]) -> Iterator[Fault]:
    if not dialect.has_at:
        yield Fault(f"{dialect.name} have no at()", 0, call.end())
        return
    if _AT.fullmatch(call[2]):
        try:
            found.append(At(datetime.fromisoformat(call[2])))
            return
        except ValueError as error:
            yield Fault(f"there is no such moment: {error}", call.start(2), call.end(2))
            return
    message = "a moment is written as yyyy-mm-ddThh:mm:ss, without a time zone"
    yield Fault(message, call.start(2), call.end(2))


def _miscounted(count: int, dialect: Dialect) -> str:
    wanted = " or ".join(str(number) for number in dialect.counts)
    return (
        f"the expression has {count} {'field' if count == 1 else 'fields'} and {dialect.name} "
        f"{'take' if dialect is RULES else 'takes'} {wanted}: minute, hour, day of the month, "
        "month, day of the week, year"
    )


def _inside(expression: str) -> tuple[int, int]:
    start, end = expression.index("(") + 1, expression.rindex(")")
    return (start, end) if end > start else (0, len(expression))
