"""A schedule calls a target that EventBridge Scheduler cannot call.

Twelve services have targets of their own, each in the schedule's Region. All else, AWS Batch and
SageMaker jobs too, are universal targets: `arn:aws:scheduler:::aws-sdk:batch:submitJob`, with no
Region and no account, and `Input` is the request. Actions that only read are not supported.

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

from awsml.rules.arns import Arn
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import SCHEDULES
from awsml.rules.schedules._targets import address_of, is_late, no_arn

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
_TEMPLATED = frozenset(
    [
        "codebuild",
        "codepipeline",
        "ecs",
        "events",
        "firehose",
        "inspector",
        "kinesis",
        "lambda",
        "sagemaker",
        "sns",
        "sqs",
        "states",
    ]
)
_ACTIONS = {"batch": "submitJob", "glue": "startJobRun", "sagemaker": "createTrainingJob"}


def check(target: Part) -> Problems:
    arn = target["Arn"]
    text = arn.spelled
    if not text or is_late(text):
        return
    address = address_of(arn)
    yield from no_arn(arn, address)
    if address is not None and text.startswith("arn:") and address.service != "scheduler":
        yield from _templated(arn, address)
    universal = _UNIVERSAL.fullmatch(text)
    if universal and arn.known:
        yield from _universal(target, arn, universal)


def _templated(arn: Part, address: Arn) -> Problems:
    service, rest, region = address.service, address.rest, arn.plan.region
    jobs = service == "sagemaker" and rest.startswith(("training-job/", "endpoint/"))
    if service not in _TEMPLATED or jobs:
        action = f"arn:aws:scheduler:::aws-sdk:{service}:{_ACTIONS.get(service, 'ACTION')}"
        yield Problem(
            arn,
            f"EventBridge Scheduler has no target of {service}",
            f"use {action} and put the request into `Input`",
        )
    elif service == "events" and rest.startswith("api-destination/"):
        message = "a schedule calls an event bus, and no API destination"
        yield Problem(arn, message, "put an event on a bus, and call the destination from a rule")
    elif region and address.region and not is_late(address.region) and address.region != region:
        message = f"the target is in {address.region}, and the schedule in {region}"
        yield Problem(arn, message, "use a target in the Region of the schedule")


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
