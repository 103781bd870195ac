"""Failures that no condition names are retried.

Batch retries what no entry of `evaluateOnExit` matches. A last entry with `onReason: "*"` and EXIT
leaves the retries to what was meant.

## Why
A job with a bug runs, and is paid, as often as attempts are given.

## Flagged
    jobDefinitionName: train
    type: container
    retryStrategy: {attempts: 5, evaluateOnExit: [{onStatusReason: "Host EC2*", action: RETRY}]}

## Preferred
    jobDefinitionName: train
    type: container
    retryStrategy:
      attempts: 5
      evaluateOnExit:
        - {onStatusReason: "Host EC2*", action: RETRY}
        - {onReason: "*", action: EXIT}
"""

from awsml.rules.batch_jobs._jobs import REGISTER, SUBMIT
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = (f"{REGISTER}/retryStrategy", f"{SUBMIT}/retryStrategy")
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html"


def check(retry: Part) -> Problems:
    entries, attempts = retry["evaluateOnExit"], retry["attempts"]
    if not entries.items or (attempts.number or 0) <= 1:
        return
    actions = [(entry["action"].text or "").upper() for entry in entries.items]
    if "EXIT" in actions and any(_catches_all(entry) for entry in entries.items):
        return
    if "RETRY" in actions and not any(_catches_all(entry) for entry in entries.items):
        yield Problem(
            entries,
            "what no entry matches is retried as well",
            'end the list with {onReason: "*", action: EXIT}',
            related=((attempts, "attempts"),),
        )


def _catches_all(entry: Part) -> bool:
    given = [entry[name].text for name in ("onReason", "onStatusReason", "onExitCode")]
    return [text for text in given if text is not None] == ["*"]
