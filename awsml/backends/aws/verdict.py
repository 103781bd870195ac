"""One answer of the pre-flight: passed, failed, or could not be proven."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """unproven: AWS would not say, or nobody can know."""

    PASSED = "passed"
    FAILED = "failed"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Check:
    """What was asked about, what came out, and what to do."""

    what: str
    state: State
    says: str
    hint: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"what": self.what, "state": self.state.value, "says": self.says, "hint": self.hint}


def passed(what: str, says: str) -> Check:
    return Check(what, State.PASSED, says)


def failed(what: str, says: str, hint: str | None = None) -> Check:
    return Check(what, State.FAILED, says, hint)


def unproven(what: str, says: str, hint: str | None = None) -> Check:
    return Check(what, State.UNPROVEN, f"could not be proven: {says}", hint)
