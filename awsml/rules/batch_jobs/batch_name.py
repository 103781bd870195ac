"""A name of AWS Batch has characters that are refused, or is too long.

Up to 128 letters, digits, hyphens and underscores, also in names of scheduling policies and service
environments. The name of a job begins with a letter or a digit. Dots and spaces are refused.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: recsys.v2
    type: container

## Preferred
    jobDefinitionName: recsys-v2
    type: container

## AWS says
Job Queue name should match a valid pattern.
"""

import re

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import REGISTER, SUBMIT
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (
    REGISTER,
    SUBMIT,
    "batch:CreateComputeEnvironment",
    "batch:CreateJobQueue",
    "batch:CreateSchedulingPolicy",
    "batch:CreateServiceEnvironment",
)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html"

_NAMES = (
    "jobDefinitionName",
    "jobName",
    "computeEnvironmentName",
    "jobQueueName",
    "serviceEnvironmentName",
    "name",
)
_FORM, _JOB_FORM = re.compile(r"[A-Za-z0-9_-]+"), re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def check(request: Part) -> Problems:
    most = int(limit("batch_name_maximum").value)
    for member in _NAMES:
        name = request[member]
        if name.text is None:
            continue
        if len(name.text) > most:
            message = f"`{name}` has {len(name.text)} characters, and at most {most} are allowed"
            yield Problem(name, message, "shorten it")
        elif not (_JOB_FORM if member == "jobName" else _FORM).fullmatch(name.text):
            right = re.sub(r"[^A-Za-z0-9_-]+", "-", name.text).strip("-_")
            yield Problem(
                name,
                f"`{name.text}` is no name of AWS Batch",
                f"write {right}" if right else "use letters, digits and hyphens",
                fix=right or None,
            )
