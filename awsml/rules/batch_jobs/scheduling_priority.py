"""A priority or a share of a job is out of its range.

Priorities go from 0 to 9999. A share identifier is up to 255 letters and digits, with `*` at its
end.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: train
    type: container
    schedulingPriority: 10000

## Preferred
    jobDefinitionName: train
    type: container
    schedulingPriority: 9999

## AWS says
Scheduling priority must be between 0 and 9999.
"""

import re

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import REGISTER, SUBMIT
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER, SUBMIT)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html"

_SHARE = re.compile(r"[A-Za-z0-9_-]{1,255}\*?")


def check(job: Part) -> Problems:
    most = int(limit("batch_priority_maximum").value)
    for name in ("schedulingPriority", "schedulingPriorityOverride"):
        part = job[name]
        if part.number is not None and not 0 <= part.number <= most:
            message = f"`{part}` is {part.number}, and is 0 to {most}"
            yield Problem(part, message, f"use 0 to {most}")
    share = job["shareIdentifier"]
    if share.text is not None and not _SHARE.fullmatch(share.text):
        message = f"`{share.text}` is no share identifier"
        yield Problem(share, message, "use letters and digits, such as teamA")
