"""A submitted job is too large, depends on too much, or has an empty word in its command.

Arrays of 2 to 10,000; at most 20 dependencies; 30 KiB for the request, and 8,192 bytes for the
overrides, which Batch notices only when the job starts.

## Why
AWS refuses the request, or the job fails before it runs.

## Flagged
    jobName: a
    jobQueue: gpu
    jobDefinition: a
    arrayProperties: {size: 1}

## Preferred
    jobName: a
    jobQueue: gpu
    jobDefinition: a
    arrayProperties: {size: 2}

## AWS says
Command cannot be empty
"""

import json

from awsml.catalog import limit
from awsml.plan import as_json
from awsml.rules.batch_jobs._jobs import SUBMIT
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (SUBMIT,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html"


def check(job: Part) -> Problems:
    size, depends = job["arrayProperties.size"], job["dependsOn"]
    least, most = _limit("batch_array_minimum"), _limit("batch_array_maximum")
    if size.number is not None and not least <= size.number <= most:
        message = f"an array of {size.number} is none: {least} to {most}"
        yield Problem(size, message, f"use {least} to {most}, or submit the job without an array")
    count = _limit("batch_dependencies_maximum")
    if len(depends.items) > count:
        message = f"the job depends on {len(depends.items)} others, and at most {count} can be"
        yield Problem(depends, message, "let an array job or a job in between stand for several")
    for word in job["containerOverrides.command"].items:
        if word.text == "":
            yield Problem(word, "a word of the command is empty", "remove it")
    yield from _sizes(job)


def _sizes(job: Part) -> Problems:
    whole, overrides = _limit("batch_payload_maximum"), _limit("batch_overrides_maximum")
    size = _bytes(job)
    if size > whole:
        message = f"the request has {size} bytes, and at most {whole} are allowed"
        yield Problem(job, message, "put the values into a file in S3 and pass its address")
    part = job["containerOverrides"]
    own = _bytes(part)
    if own > overrides:
        yield Problem(
            part,
            f"`{part}` has {own} bytes; above {overrides} the job fails before it starts",
            "put the values into a file in S3 and pass its address",
            level=Level.WARNING,
        )


def _bytes(part: Part) -> int:
    if not part.exists:
        return 0
    return len(json.dumps(as_json(part.value), separators=(",", ":"), default=str).encode())


def _limit(name: str) -> int:
    return int(limit(name).value)
