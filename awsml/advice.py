"""Advice: what to change, why, what it saves, and why each alternative loses."""

from __future__ import annotations

from typing import Any, NamedTuple

from awsml.basis import Estimate
from awsml.finding import Fix


class Alternative(NamedTuple):
    """One option that was weighed; `why` contains a computed number."""

    option: str
    verdict: str  # "chosen", "worse", "better", "impossible", "unknown", "equal"
    why: str
    usd: Estimate | None = None
    seconds: Estimate | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "option": self.option,
            "verdict": self.verdict,
            "why": self.why,
            "usd": self.usd.as_json() if self.usd else None,
            "seconds": self.seconds.as_json() if self.seconds else None,
        }


class Advice(NamedTuple):
    """A recommendation about one subject, with its saving against what the scenario says."""

    subject: str
    recommend: str
    because: str
    saves_usd: Estimate | None = None
    saves_seconds: Estimate | None = None
    alternatives: tuple[Alternative, ...] = ()
    field: str | None = None
    fixes: tuple[Fix, ...] = ()
    notes: tuple[str, ...] = ()
    change: bool = True  # False: what is in force is the best, and the rows say why

    def as_json(self) -> dict[str, Any]:
        return {
            "subject": self.subject,
            "recommend": self.recommend,
            "because": self.because,
            "saves": {
                "usd": self.saves_usd.as_json() if self.saves_usd else None,
                "seconds": self.saves_seconds.as_json() if self.saves_seconds else None,
            },
            "alternatives": [alternative.as_json() for alternative in self.alternatives],
            "field": self.field,
            "fixes": [{"field": f.field, "value": f.value, "safe": f.safe} for f in self.fixes],
            "notes": list(self.notes),
        }
