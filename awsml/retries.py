"""How an attempt on AWS Batch ends, in AWS's own words, and what `evaluateOnExit` makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

ENDED = "Essential container in task exited"
NOT_STARTED = "Task failed to start"
TIMED_OUT = "Job attempt duration exceeded timeout"
TERMINATED = "Terminated by the user"
DEPENDENCY = "Dependent Job failed"

# What Spot says when it takes a machine back, by platform, and what a retry matches it with.
# https://docs.aws.amazon.com/batch/latest/userguide/best-practices.html and
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
RECLAIMED = {
    "ec2": "Host EC2 (instance i-{host}) terminated.",
    "fargate": "Your Spot Task was interrupted.",
}
RECLAIM_PATTERNS = {"ec2": "Host EC2*", "fargate": "Your Spot Task was interrupted*"}
# What a script that is reclaimed may leave: nothing, SIGKILL's code or SIGTERM's.
_RECLAIM_CODES = (None, 137, 143)
_CONDITIONS = ("onStatusReason", "onReason", "onExitCode")


class Outcome(NamedTuple):
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
    """Whether it is tried again; what no rule names is.

    https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html
    """
    index = deciding(outcome, rules)
    return index is None or rules[index]["action"].upper() == "RETRY"


def deciding(outcome: Outcome, rules: Sequence[Mapping[str, str]]) -> int | None:
    """The first rule of which every condition holds."""
    return next((i for i, rule in enumerate(rules) if _holds(outcome, rule)), None)


def reclaims(platform: str) -> list[Outcome]:
    """The ways in which an attempt that Spot ends may look."""
    words = RECLAIMED[platform].format(host="0123456789abcdef0")
    return [Outcome(code, words) for code in _RECLAIM_CODES]


def reclaims_retried(platform: str, rules: Sequence[Mapping[str, str]]) -> bool:
    """Whether an attempt that Spot ends may be tried again."""
    return any(retried(outcome, rules) for outcome in reclaims(platform))


def covering(rule: Mapping[str, str], later: Mapping[str, str]) -> bool:
    """Whether a rule holds wherever a later one does, so that the later one never decides."""
    given = conditions(rule)
    other = conditions(later)
    return bool(given) and all(
        pattern == "*" or (name in other and _within(other[name], pattern))
        for name, pattern in given.items()
    )


def conditions(rule: Mapping[str, str]) -> dict[str, str]:
    return {name: pattern for name, pattern in rule.items() if name in _CONDITIONS}


def _holds(outcome: Outcome, rule: Mapping[str, str]) -> bool:
    code = "" if outcome.exit_code is None else str(outcome.exit_code)
    values = {
        "onStatusReason": outcome.status_reason,
        "onReason": outcome.reason or "",
        "onExitCode": code,
    }
    given = conditions(rule)
    return bool(given) and all(_fits(values[name], pattern) for name, pattern in given.items())


def _fits(value: str, pattern: str) -> bool:
    """Only a `*` at the end means anything else than itself; alone it fits an absent value."""
    if pattern.endswith("*"):
        return value.startswith(pattern[:-1])
    return value == pattern


def _within(narrow: str, wide: str) -> bool:
    """Whether all that a pattern fits, another fits too."""
    return narrow == wide or (wide.endswith("*") and narrow.startswith(wide[:-1]))
