"""What the words of a failed, stopped or waiting job mean: one sentence and what to change.

The knowledge is data/reasons.yaml; each entry names where its words come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_BRIEF = 200  # characters
# The last line of a traceback, as the training toolkit quotes it, and its exit code.
_RAISED = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit)\b.*")
_EXIT_CODE = re.compile(r"ExitCode (\d+)")


@dataclass(frozen=True, slots=True)
class Reason:
    """One explanation. `quote` is the line it was read from."""

    id: str
    says: str
    field: str | None
    hint: str
    source: str
    quote: str

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "says": self.says,
            "field": self.field,
            "hint": self.hint,
            "source": self.source,
            "quote": self.quote,
        }


@dataclass(frozen=True, slots=True)
class Pattern:
    """One entry of the table."""

    id: str
    matches: re.Pattern[str]
    says: str
    field: str | None
    hint: str
    source: str

    def read(self, text: str) -> Reason | None:
        """The explanation of a text, when these are its words."""
        match = self.matches.search(text)
        if match is None:
            return None
        words = {key: value or "?" for key, value in match.groupdict().items()}
        quote = _line_around(text, match.start())
        says, hint = (_filled(template, words) for template in (self.says, self.hint))
        return Reason(self.id, says, self.field, hint, self.source, quote)


def explain(reason: str | None, log: Iterable[str] = ()) -> list[Reason]:
    """What the job's own reason means, and what its log adds, the most telling first.

    `AlgorithmError: exit code 1` tells little: a line of the log that is known comes before it.
    """
    from_reason = _first(reason) if reason else None
    from_log = next((found for found in map(_first, reversed(list(log))) if found), None)
    found = [from_reason, from_log]
    if from_reason is not None and from_reason.id in _VAGUE:
        found.reverse()
    return [reason for reason in dict.fromkeys(found) if reason is not None]


_VAGUE = frozenset({"script-failed", "essential-exited", "aws-broke", "crashed", "terminated"})


def brief(reason: str) -> str:
    """One line of a FailureReason: the exception of the script where it tells one."""
    lines = [line.strip() for line in reason.splitlines() if line.strip()]
    raised = [line for line in lines[1:] if _RAISED.match(line)]
    code = _EXIT_CODE.search(reason)
    said = (raised[-1].rstrip('"') if raised else " ".join(lines))[:_BRIEF]
    return f"{said} (exit code {code[1]})" if code and raised else said


def _first(text: str) -> Reason | None:
    return next((found for pattern in patterns() if (found := pattern.read(text))), None)


@cache
def patterns() -> tuple[Pattern, ...]:
    """The table, in the order in which it is tried."""
    import yaml

    text = files("awsml.readers").joinpath("data/reasons.yaml").read_text(encoding="utf-8")
    rows = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tuple(
        Pattern(**{**row, "matches": re.compile(row["matches"], re.IGNORECASE)}) for row in rows
    )


def _filled(template: str, words: dict[str, str]) -> str:
    """Groups of the match for their names; other braces stand as they are."""
    for key, value in words.items():
        template = template.replace("{" + key + "}", value)
    return template


def _line_around(text: str, position: int) -> str:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return text[start : end if end >= 0 else None].strip()[:300]
