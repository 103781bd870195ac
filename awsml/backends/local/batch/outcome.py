"""How an attempt ended, and what `evaluateOnExit` makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# AWS's own texts, which retry rules are written against.
ENDED = "Essential container in task exited"
NOT_STARTED = "Task failed to start"
RECLAIMED = "Host EC2 (instance i-{host}) terminated."
TIMED_OUT = "Job attempt duration exceeded timeout"
TERMINATED = "Terminated by the user"
DEPENDENCY = "Dependent Job failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Exit code, status reason and container reason, as AWS shows them. `final`: a timeout or a
    termination, which AWS never retries."""

    exit_code: int | None
    status_reason: str
    reason: str | None = None
    final: bool = False

    @property
    def succeeded(self) -> bool:
        return self.exit_code == 0 and not self.final


def retried(outcome: Outcome, rules: Sequence[Mapping[str, str]]) -> bool:
    """The first rule of which every condition holds decides; without one it is retried.

    https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html
    """
    for rule in rules:
        if _holds(outcome, rule):
            return rule["action"].upper() == "RETRY"
    return True


def _holds(outcome: Outcome, rule: Mapping[str, str]) -> bool:
    code = "" if outcome.exit_code is None else str(outcome.exit_code)
    values = {
        "onStatusReason": outcome.status_reason,
        "onReason": outcome.reason or "",
        "onExitCode": code,
    }
    given = {name: pattern for name, pattern in rule.items() if name in values}
    return bool(given) and all(_fits(values[name], pattern) for name, pattern in given.items())


def _fits(value: str, pattern: str) -> bool:
    """Only a `*` at the end means anything else than itself; alone it fits an absent value."""
    if pattern.endswith("*"):
        return value.startswith(pattern[:-1])
    return value == pattern
