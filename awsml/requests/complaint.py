"""What the shape check says about one parameter."""

from __future__ import annotations

from typing import NamedTuple

from awsml.finding import Confidence, Level


class Complaint(NamedTuple):
    """`local` says that a rehearsal on this machine could not use the value either."""

    slug: str
    path: str
    message: str
    hint: str | None = None
    level: Level = Level.ERROR
    confidence: Confidence = Confidence.VERIFIED
    local: bool = False
