"""What the shape check says about one parameter."""

from __future__ import annotations

from dataclasses import dataclass

from awsml.finding import Confidence, Level


@dataclass(frozen=True, slots=True)
class Complaint:
    """`local` says that a rehearsal on this machine could not use the value either."""

    slug: str
    path: str
    message: str
    hint: str | None = None
    level: Level = Level.ERROR
    confidence: Confidence = Confidence.VERIFIED
    local: bool = False
