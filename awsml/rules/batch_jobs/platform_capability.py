"""A job definition is for several platforms, for one that does not exist, or names one for pods.

One platform, EC2 if none is given. Jobs on Amazon EKS have none.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: train
    type: container
    platformCapabilities: [EC2, FARGATE]

## Preferred
    jobDefinitionName: train
    type: container
    platformCapabilities: [EC2]

## AWS says
Exactly 1 capability must be provided.
"""

from awsml.rules.batch_jobs._jobs import REGISTER
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html"

_PLATFORMS = ("EC2", "FARGATE", "MANAGED_INSTANCES")


def check(definition: Part) -> Problems:
    given = definition["platformCapabilities"]
    if len(given.items) > 1:
        yield Problem(given, f"{len(given.items)} platforms are given", "keep one of them")
    pods = definition["eksProperties"]
    if given.items and pods.exists:
        message = f"`{given}` is for jobs on Amazon ECS"
        yield Problem(given, message, "remove it", ((pods, "pods on Amazon EKS"),))
    for one in given.items:
        if one.text is not None and one.text.upper() not in _PLATFORMS:
            message = f"`{one.text}` is no platform"
            yield Problem(one, message, f"use {' or '.join(_PLATFORMS)}")
    multinode = (definition["type"].text or "").lower() == "multinode"
    for one in given.items:
        if multinode and (one.text or "").upper() in _PLATFORMS[1:]:
            message = f"multi-node jobs do not run on {one.text}"
            yield Problem(one, message, "use EC2", related=((definition["type"], "multinode"),))
