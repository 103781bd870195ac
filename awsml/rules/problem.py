"""What a rule says of a request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from awsml.finding import Level
from awsml.rules.part import Part


class Problem(NamedTuple):
    """What a rule has to say about one part.

    `level` is for a case that is milder than the rule's own. `span` are the characters of a
    string value that are wrong (a field of a cron expression). `fix` is scenario text.
    """

    at: Part
    message: str
    hint: str | None = None
    related: tuple[tuple[Part, str], ...] = ()
    level: Level | None = None
    span: tuple[int, int] | None = None
    fix: str | None = None
    usd: float | None = None


Problems = Iterator[Problem]
