"""Moments in requests: text of ISO 8601, for rules that compare two of them."""

from __future__ import annotations

from datetime import UTC, datetime

from awsml.rules.part import Part
from awsml.rules.problem import Problem, Problems


def moment(part: Part) -> datetime | None:
    """The moment that a value names; None when it is absent or has another form."""
    value = part.value
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def in_order(start: Part, end: Part) -> Problems:
    """A complaint when something ends before it starts."""
    first, last = moment(start), moment(end)
    if first is not None and last is not None and first > last:
        yield Problem(
            start, f"`{start}` is after `{end}`", "swap the two", related=((end, "the end"),)
        )
