"""The `aws:` parameters of a scenario that no call of its plan takes."""

from __future__ import annotations

from typing import Any

from awsml.finding import Confidence, Finding, Level
from awsml.nearness import closest
from awsml.plan import Plan
from awsml.scenario.document import Document


def unsent(spec: Any, plan: Plan, document: Document) -> list[Finding]:
    """Each is said to be without effect: whoever wrote it counts on it."""
    sent = dict.fromkeys(call.operation for call in plan.calls)
    return [
        Finding(
            slug="unknown-field",
            level=Level.ERROR,
            message=f"`aws.{name}` changes nothing: the plan has no call of that name",
            hint=_hint(name, list(sent)),
            confidence=Confidence.VERIFIED,
            place=document.key_place(f"aws.{name}"),
            field=f"aws.{name}",
        )
        for name in getattr(spec, "aws", {})
        if name not in sent
    ]


def _hint(name: str, sent: list[str]) -> str:
    near = closest(name, sent)
    if near:
        return f"write `aws.{near}`"
    return f"it calls {', '.join(sent)}" if sent else "take it out"
