"""A schedule calls a target that EventBridge Scheduler cannot call.

AWS Batch and SageMaker jobs are universal targets: `arn:aws:scheduler:::aws-sdk:batch:submitJob`,
with no Region and no account, and `Input` is the request. Actions that only read are not
supported.

## Why
AWS refuses the request.

## Flagged
    Name: nightly
    Target: {Arn: "arn:aws:batch:us-east-1:111122223333:job-queue/gpu",
      RoleArn: "arn:aws:iam::111122223333:role/s"}

## Preferred
    Name: nightly
    Target:
      Arn: arn:aws:scheduler:::aws-sdk:batch:submitJob
      RoleArn: arn:aws:iam::111122223333:role/s
      Input: '{"JobName": "a", "JobQueue": "gpu", "JobDefinition": "a"}'

## AWS says
batch is not a supported service for a target
"""

import json
import re

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import SCHEDULES

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = tuple(f"{api}/Target" for api in SCHEDULES)
SOURCE = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"

_UNIVERSAL = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):scheduler:(?P<place>[^:]*:[^:]*):aws-sdk:(?P<service>[^:]+):(?P<action>\w+)"
)
_READS = re.compile(
    r"(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|"
    r"retrieve|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList)(?![a-z])"
)
_OTHERS = ("testMigration", "testConnection", "translateDocument", "isAuthorized", "invokeModel")
_DIRECT = re.compile(
    r"arn:aws[a-z-]*:(batch|sagemaker):[^:]*:[^:]*:(job-queue|job-definition|training-job|endpoint)/"
)


def check(target: Part) -> Problems:
    arn = target["Arn"]
    if arn.text is None:
        return
    if direct := _DIRECT.match(arn.text):
        action = "batch:submitJob" if direct[1] == "batch" else "sagemaker:createTrainingJob"
        yield Problem(
            arn,
            f"EventBridge Scheduler has no target of {direct[1]}",
            f"use arn:aws:scheduler:::aws-sdk:{action} and put the request into `Input`",
        )
    universal = _UNIVERSAL.fullmatch(arn.text)
    if universal:
        yield from _universal(target, arn, universal)


def _universal(target: Part, arn: Part, parts: re.Match[str]) -> Problems:
    if parts["place"] != ":":
        right = f"arn:{parts['partition']}:scheduler:::aws-sdk:{parts['service']}:{parts['action']}"
        yield Problem(
            arn,
            "the address of a universal target has no Region and no account",
            f"write {right}",
            span=parts.span("place"),
            fix=right,
        )
    if _READS.match(parts["action"]):
        yield Problem(
            arn,
            f"`{parts['action']}` only reads, and a schedule cannot call it",
            "call an action that changes something",
            span=parts.span("action"),
        )
    elif parts["action"].startswith(_OTHERS):
        yield Problem(
            arn,
            f"a schedule cannot call `{parts['action']}`",
            "call a function or a state machine that does",
            span=parts.span("action"),
        )
    payload = target["Input"]
    if not payload.exists:
        yield Problem(target, "a universal target needs `Input`", "add the request as JSON")
    elif payload.text is not None:
        yield from _json(payload, payload.text)


def _json(payload: Part, text: str) -> Problems:
    try:
        json.loads(text)
    except ValueError as error:
        at = min(getattr(error, "pos", 0), max(len(text) - 1, 0))
        message = f"`{payload}` is no JSON: {str(error).split(':')[0].lower()}"
        yield Problem(payload, message, "write JSON with double quotes", span=(at, at + 1))
