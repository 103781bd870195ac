"""The retries of a job are out of range, or a condition of them is none.

1 to 10 attempts, which must be given beside `evaluateOnExit`; at most 5 entries, each with at
least one condition of up to 512 characters, in which only a `*` at the end is a wildcard. Exit
codes are digits.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: train
    type: container
    retryStrategy: {evaluateOnExit: [{onStatusReason: "Host EC2*", action: RETRY}]}

## Preferred
    jobDefinitionName: train
    type: container
    retryStrategy: {attempts: 3, evaluateOnExit: [{onStatusReason: "Host EC2*", action: RETRY}]}

## AWS says
RetryAttempts must be provided with retry strategy.
"""

import re

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import REGISTER, SUBMIT
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{REGISTER}/retryStrategy", f"{SUBMIT}/retryStrategy")
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html"

_CONDITIONS = ("onExitCode", "onReason", "onStatusReason")
_LONGEST = 512
_CODE = re.compile(r"\d*\*?")
_TEXT = re.compile(r"[A-Za-z0-9.:\s]*\*?")


def check(retry: Part) -> Problems:
    attempts, entries = retry["attempts"], retry["evaluateOnExit"]
    most = int(limit("batch_attempts_maximum").value)
    if attempts.number is not None and not 1 <= attempts.number <= most:
        message = f"`{attempts}` is {attempts.number}, and is 1 to {most}"
        yield Problem(attempts, message, f"use 1 to {most}: it counts the first run too")
    if entries.exists and not attempts.exists:
        yield Problem(retry, f"`{retry}` does not say how many attempts", f"add `{attempts}`")
    longest = int(limit("batch_exit_conditions_maximum").value)
    if len(entries.items) > longest:
        message = f"`{entries}` has {len(entries.items)} entries, and at most {longest} are allowed"
        yield Problem(entries, message, "merge some of them with a `*` at the end")
    for entry in entries.items:
        given = [entry[name] for name in _CONDITIONS if entry[name].exists]
        if not given:
            message = f"`{entry}` has no condition"
            yield Problem(entry, message, f"add {', '.join(_CONDITIONS[:2])} or {_CONDITIONS[2]}")
        for condition in given:
            yield from _condition(condition)


def _condition(condition: Part) -> Problems:
    text = condition.text
    if text is None:
        return
    if len(text) > _LONGEST:
        message = f"`{condition}` has {len(text)} characters, and at most {_LONGEST} are allowed"
        yield Problem(condition, message, "keep the beginning and end it with `*`")
    elif condition.path.endswith("onExitCode"):
        if not _CODE.fullmatch(text):
            message = f"`{text}` is no exit code: digits, and `*` at the end"
            yield Problem(condition, message, "write the code, such as 137")
    elif not _TEXT.fullmatch(text):
        odd = re.search(r"[^A-Za-z0-9.:*\s]", text)
        yield Problem(
            condition,
            f"`{text}` has {odd[0]!r}, and only letters, digits, `.`, `:` and spaces are compared"
            if odd
            else f"`{text}` has a `*` before its end, and a pattern can only end with one",
            f"end it with `*` before {odd[0]!r}"
            if odd
            else "write how the reason begins, and one `*` at the end",
            level=Level.WARNING,
        )
