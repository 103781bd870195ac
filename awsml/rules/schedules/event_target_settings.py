"""A target has settings of another service, or lacks those of its own.

A job queue needs `BatchParameters`, a cluster `EcsParameters`, a FIFO queue `SqsParameters`, and a
task on Fargate a network.

## Why
AWS refuses the request.

## Flagged
    Rule: nightly
    Targets:
      - Id: train
        Arn: arn:aws:batch:us-east-1:111122223333:job-queue/gpu
        RoleArn: arn:aws:iam::111122223333:role/events

## Preferred
    Rule: nightly
    Targets:
      - Id: train
        Arn: arn:aws:batch:us-east-1:111122223333:job-queue/gpu
        RoleArn: arn:aws:iam::111122223333:role/events
        BatchParameters: {JobDefinition: train, JobName: nightly}

## AWS says
Parameter(s) BatchParameters must be specified for target: Target0.
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._targets import TARGETS, addressed

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (TARGETS,)
SOURCE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html"

# `SqsParameters` are taken, and ignored, by targets of every service.
_SERVICES = {
    "AppSyncParameters": ("appsync",),
    "BatchParameters": ("batch",),
    "EcsParameters": ("ecs",),
    "HttpParameters": ("events", "execute-api"),
    "KinesisParameters": ("kinesis",),
    "RedshiftDataParameters": ("redshift", "redshift-serverless"),
    "RunCommandParameters": ("ssm",),
    "SageMakerPipelineParameters": ("sagemaker",),
}
_NEEDED = {"batch": "BatchParameters", "ecs": "EcsParameters"}


def check(target: Part) -> Problems:
    task = target["EcsParameters"]
    if task.known and task["LaunchType"].known and task["LaunchType"].text == "FARGATE":
        network = task["NetworkConfiguration"]
        if not network.written:
            message = "a task on Fargate needs a network"
            yield Problem(task, message, f"add `{network}`", ((task["LaunchType"], "Fargate"),))
    arn = target["Arn"]
    service = addressed(target)
    if service is None:
        return
    needed = target[_NEEDED.get(service, "SqsParameters")]
    fifo = service == "sqs" and (arn.spelled or "").endswith(".fifo")
    if (fifo or service in _NEEDED) and not needed.written:
        what = "a FIFO queue" if fifo else f"a target of {service}"
        yield Problem(target, f"{what} needs `{needed}`", f"add `{needed}`", ((arn, "the target"),))
    for name, services in _SERVICES.items():
        settings = target[name]
        if settings.written and service not in services and settings.exists:
            message = f"`{settings}` is for {' or '.join(services)}, and the target is {service}"
            yield Problem(settings, message, "remove it", related=((arn, service),))
