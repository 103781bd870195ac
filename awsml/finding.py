"""A complaint with its place: what every reader and rule yields and every format prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class Place(NamedTuple):
    """A span of a file; lines and columns count from 1 and the end is exclusive."""

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


class Level(StrEnum):
    """error: AWS refuses. warning: it will fail, hang or leak. advice: money or time."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"

    @property
    def rank(self) -> int:
        return _LEVELS.index(self)


_LEVELS = list(Level)


class Confidence(StrEnum):
    """How the claim is known: reproduced or quoted, documented, or inferred."""

    VERIFIED = "verified"
    DOCUMENTED = "documented"
    INFERRED = "inferred"


class Related(NamedTuple):
    """A second place that takes part in the complaint."""

    message: str
    place: Place | None = None
    request_path: str | None = None


class Fix(NamedTuple):
    """A change that can be made by a program: set `field` of the scenario to `value`."""

    field: str
    value: str
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One complaint. `field` is a scenario path, `request_path` a path into an API request."""

    slug: str
    level: Level
    message: str
    hint: str | None = None
    confidence: Confidence = Confidence.DOCUMENTED
    place: Place | None = None
    field: str | None = None
    request_path: str | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    persona: str | None = None
    usd: float | None = None
    follows: bool = False  # from another finding, which is shown before it

    def as_json(self) -> dict[str, Any]:
        place = self.place
        return {
            "slug": self.slug,
            "level": self.level.value,
            "confidence": self.confidence.value,
            "message": self.message,
            "hint": self.hint,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "end_line": place.end_line if place else None,
            "end_column": place.end_column if place else None,
            "field": self.field,
            "request_path": self.request_path,
            "related": [_related_json(related) for related in self.related],
            "fix": None
            if self.fix is None
            else {"field": self.fix.field, "value": self.fix.value, "safe": self.fix.safe},
        }


def _related_json(related: Related) -> dict[str, Any]:
    place = related.place
    return {
        "message": related.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "request_path": related.request_path,
    }


class NotChecked(NamedTuple):
    """A rule that could not be decided, and the value that would decide it."""

    slug: str
    reason: str
    request_path: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"slug": self.slug, "reason": self.reason, "request_path": self.request_path}


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors before warnings before advice, then by place, then by slug. What follows from others
    stands behind all that may be its cause, which a warning may be."""
    return sorted(findings, key=_order)


def _order(finding: Finding) -> tuple[int, bool, Place, str, str]:
    rank = max(finding.level.rank, Level.WARNING.rank) if finding.follows else finding.level.rank
    place = finding.place or Place("")
    return rank, finding.follows, place, finding.slug, finding.message
