"""A job is to end in less than a minute.

## Why
AWS refuses the request: the shortest timeout is 60 seconds.

## Flagged
    jobDefinitionName: train
    type: container
    timeout: {attemptDurationSeconds: 30}

## Preferred
    jobDefinitionName: train
    type: container
    timeout: {attemptDurationSeconds: 60}

## AWS says
AttemptDurationSeconds in Timeout must be at least 60 seconds.
"""

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import REGISTER, SUBMIT
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{REGISTER}/timeout", f"{SUBMIT}/timeout")
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html"


def check(timeout: Part) -> Problems:
    seconds, least = timeout["attemptDurationSeconds"], int(limit("batch_timeout_minimum").value)
    if seconds.number is not None and seconds.number < least:
        message = f"`{seconds}` is {seconds.number}, below {least}"
        yield Problem(seconds, message, f"use {least} or more", fix=str(least))
