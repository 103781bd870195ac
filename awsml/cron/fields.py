"""The fields of a cron expression: what each may hold, and the values that it stands for.

The grammar is Quartz's, as EventBridge documents it: lists, ranges, steps, names, and in the two
day fields L (last), W (nearest working day) and # (n-th weekday). Weekdays count from SUN = 1.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ITEM = re.compile(r"(\*|-?\w+)(?:-(\w+))?(?:/(\w+))?")
_DAY_MARK = re.compile(r"L|LW|L-\d{1,2}|\d{1,2}W")
_WEEKDAY_MARK = re.compile(r"L|(\w+)(?:L|#(\d+))")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its place counts from 0."""

    place: int
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    @property
    def is_day(self) -> bool:
        return self.place in (2, 4)


MINUTE = Field(0, "minute", 0, 59)
HOUR = Field(1, "hour", 0, 23)
DAY = Field(2, "day of the month", 1, 31)
MONTH = Field(3, "month", 1, 12, _MONTHS)
WEEKDAY = Field(4, "day of the week", 1, 7, WEEKDAYS)
# AWS takes years beyond the 2199 of its own documentation.
YEAR = Field(5, "year", 1970, 9999)
FIELDS = (MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR)


class Wrong(ValueError):
    """What is wrong with one item of a field."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a field stands for: numbers, and the marks (L, 3W, 6#2) that need a calendar."""

    numbers: frozenset[int]
    marks: tuple[str, ...] = ()


def read_item(field: Field, text: str) -> Values:
    """The values of one item of a field's list; Wrong says what is the matter."""
    item = text.upper()
    if field is DAY and _DAY_MARK.fullmatch(item):
        for number in re.findall(r"\d+", item):
            _number(field, number)
        return Values(frozenset(), (item,))
    if field is WEEKDAY and (mark := _WEEKDAY_MARK.fullmatch(item)):
        return _weekday_mark(item, mark)
    if "#" in item:
        raise Wrong(f"`{text}` means the n-th weekday, and stands in the {field.name}")
    if "?" in item:
        where = "alone in its field" if field.is_day else "in a field of days"
        raise Wrong(f"`?` may only stand {where}")
    parts = _ITEM.fullmatch(item)
    if parts is None:
        raise Wrong(f"`{text}` is no {field.name}")
    return Values(_span(field, text, *parts.groups()))


def every(field: Field) -> frozenset[int]:
    return frozenset(range(field.low, field.high + 1))


def _weekday_mark(item: str, mark: re.Match[str]) -> Values:
    """MON#2 as 2#2; a lone L is Saturday."""
    if item == "L":
        return Values(frozenset({7}))
    day, nth = _number(WEEKDAY, mark[1]), mark[2]
    if nth is None:
        return Values(frozenset(), (f"{day}L",))
    if not 1 <= int(nth) <= 5:
        raise Wrong(f"`#{nth}` picks a week of the month: 1 to 5")
    return Values(frozenset(), (f"{day}#{nth}",))


def _span(field: Field, text: str, start: str, end: str | None, step: str | None) -> frozenset[int]:
    if start == "*" and end is not None:
        raise Wrong(f"`{text}` is no range")
    low = field.low if start == "*" else _number(field, start)
    open_ended = start == "*" or step is not None
    high = _number(field, end) if end else field.high if open_ended else low
    width = _step(field, text, step)
    if high >= low:
        return frozenset(range(low, high + 1, width))
    if field is YEAR:
        raise Wrong(f"`{text}` ends before it begins")
    # A range over the end (FRI-MON, 22-2) goes round.
    size = field.high - field.low + 1
    return frozenset(
        (value - field.low) % size + field.low for value in range(low, high + size + 1, width)
    )


def _step(field: Field, text: str, step: str | None) -> int:
    if step is None:
        return 1
    most = field.high if field.low == 0 else field.high - field.low + 1
    if not step.isdecimal() or len(step) > 6 or int(step) == 0:
        raise Wrong(f"`{step}` is no step")
    if int(step) > most and field is not YEAR:
        raise Wrong(f"`{text}` steps by {step}, and the steps of a {field.name} end at {most}")
    return int(step)


def _number(field: Field, text: str) -> int:
    if text in field.words:
        return field.words.index(text) + 1
    try:
        number = int(text)
    except ValueError:
        raise Wrong(f"`{text}` is no {field.name}") from None
    if not field.low <= number <= field.high:
        raise Wrong(f"`{text}` is no {field.name}: they go from {field.low} to {field.high}")
    return number
