"""Writes an expression that is refused the way that AWS takes it, where the meaning is plain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from awsml.cron.expression import SCHEDULER, Dialect, faults, tokens
from awsml.cron.fields import WEEKDAYS

_BARE_CRON = re.compile(r"[\d*?/,LW#A-Za-z-]+(\s+[\d*?/,LW#A-Za-z-]+){4,6}")
_RATE = re.compile(
    r"\s*rate\(\s*(\d{1,8})\s*([a-z]+)\s*\)\s*|\s*(\d{1,8})\s*([a-z]+)\s*", re.IGNORECASE
)
_AT = re.compile(r"\s*at\(\s*(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?\S*\s*\)\s*", re.IGNORECASE)
_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), ("minute", 1)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("hour", 1)),
    **dict.fromkeys(("d", "day", "days"), ("day", 1)),
    **dict.fromkeys(("w", "week", "weeks"), ("day", 7)),
}


def corrected(expression: str, dialect: Dialect = SCHEDULER) -> str | None:
    """The expression as it was probably meant; None where that cannot be told."""
    for candidate in (*_rates(expression), *_moments(expression), *_crons(expression)):
        if not faults(candidate, dialect):
            return candidate
    return None


def _rates(expression: str) -> Iterator[str]:
    parts = _RATE.fullmatch(expression)
    if parts is None:
        return
    unit, times = _UNITS.get((parts[2] or parts[4]).lower(), ("", 0))
    count = int(parts[1] or parts[3]) * times
    if count:
        yield f"rate({count} {unit}{'s' if count > 1 else ''})"


def _moments(expression: str) -> Iterator[str]:
    if parts := _AT.fullmatch(expression):
        yield f"at({parts[1]}T{parts[2]}{parts[3] or ':00'})"


def _crons(expression: str) -> Iterator[str]:
    """Readings in the order of likelihood: as it is, cron of Unix, Quartz with seconds."""
    called = expression.strip().lower().startswith("cron(")
    if not called and not _BARE_CRON.fullmatch(expression.strip()):
        return
    fields = [text for text, _ in tokens(expression)]
    if len(fields) == 5:
        yield _cron([*fields[:4], _unix_weekdays(fields[4]), "*"])
    if len(fields) == 6:
        yield _cron(fields)
        yield _cron([*fields[:4], _unix_weekdays(fields[4]), fields[5]])
        yield _cron([*fields[1:], "*"])
    if len(fields) == 7:
        yield _cron(fields[1:])


def _cron(fields: list[str]) -> str:
    minute, hour, day, month, weekday, year = fields
    if minute in ("*/60", "0/60"):
        minute = "0"
    if hour in ("*/24", "0/24"):
        hour = "0"
    if [day, weekday].count("?") != 1:
        if day in ("*", "?") and weekday not in ("*", "?"):
            day = "?"
        elif weekday in ("*", "?"):
            day, weekday = ("*" if day == "?" else day), "?"
    return f"cron({minute} {hour} {day} {month} {weekday} {year})"


def _unix_weekdays(text: str) -> str:
    """`1-5` of Unix, where Sunday is 0 and 7, in names that both understand."""
    days: list[str] = []
    for item in text.split(","):
        ends = item.split("-")
        if not all(re.fullmatch("[0-7]", end) for end in ends) or len(ends) > 2:
            return text
        first, last = int(ends[0]), int(ends[-1])
        if len(ends) == 2 and last - first >= 6:
            return "*"
        if len(ends) == 2 and first < last < 7:
            days.append(f"{WEEKDAYS[first]}-{WEEKDAYS[last]}")
        else:
            days.extend(WEEKDAYS[day % 7] for day in range(first, last + 1))
    return ",".join(days) or text
