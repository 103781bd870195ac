"""A schedule has settings for a target of another service, or lacks those of its own.

`EcsParameters` are for ECS, `SqsParameters` for SQS and so on. A FIFO queue needs a group of
messages, a task on Fargate a network. A cluster, an event bus and a stream are called with what
only their settings say: without them no call can succeed, which is a warning.

## Why
AWS refuses the request.

## Flagged
    Name: nightly
    Target:
      Arn: arn:aws:scheduler:::aws-sdk:batch:submitJob
      RoleArn: arn:aws:iam::111122223333:role/s
      Input: "{}"
      EcsParameters: {TaskDefinitionArn: "arn:aws:ecs:us-east-1:111122223333:task-definition/t"}

## Preferred
    Name: nightly
    Target:
      Arn: arn:aws:scheduler:::aws-sdk:batch:submitJob
      RoleArn: arn:aws:iam::111122223333:role/s
      Input: "{}"

## AWS says
Parameters EcsParameters not supported for the target
"""

from awsml.rules.arns import parse_arn
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import SCHEDULES

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = tuple(f"{api}/Target" for api in SCHEDULES)
SOURCE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html"

_SERVICES = {
    "EcsParameters": "ecs",
    "EventBridgeParameters": "events",
    "KinesisParameters": "kinesis",
    "SageMakerPipelineParameters": "sagemaker",
    "SqsParameters": "sqs",
}
_NEEDED = ("EcsParameters", "EventBridgeParameters", "KinesisParameters")


def check(target: Part) -> Problems:
    part = target["Arn"]
    arn = parse_arn(part.text or "")
    if arn is None:
        return
    for name, service in _SERVICES.items():
        settings = target[name]
        if settings.exists and arn.service != service:
            message = f"`{settings}` is for {service}, and the target is {arn.service}"
            yield Problem(settings, message, "remove it", related=((part, arn.service),))
        elif name in _NEEDED and arn.service == service and not settings.written:
            if arn.rest.startswith("api-destination/"):
                continue  # no target of a schedule: schedule-target says so
            message = f"a target of {service} is called with `{settings}`"
            yield Problem(target, message, f"add `{settings}`", level=Level.WARNING)
    group = target["SqsParameters.MessageGroupId"]
    fifo = (part.text or "").endswith(".fifo")
    if arn.service == "sqs" and fifo and not group.exists:
        yield Problem(target, "a FIFO queue needs a group of messages", f"add `{group}`")
    elif arn.service == "sqs" and group.exists and not fifo:
        message = "the queue is no FIFO queue, and has no groups of messages"
        yield Problem(group, message, "remove it", related=((part, "the queue"),))
    task = target["EcsParameters"]
    network = task["NetworkConfiguration"]
    if task["LaunchType"].text == "FARGATE" and not network.exists:
        message = "a task on Fargate needs a network"
        yield Problem(task, message, f"add `{network}`", ((task["LaunchType"], "Fargate"),))
