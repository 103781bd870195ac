"""A rule calls a target that EventBridge cannot call.

A target is an address: an ARN of a service that EventBridge calls, and of the kind of resource that
it calls there. Of Batch it is the job queue, of Glue a workflow, of SageMaker a pipeline.

## Why
AWS refuses the request.

## Flagged
    Rule: nightly
    Targets:
      - Id: etl
        Arn: arn:aws:glue:us-east-1:111122223333:job/etl
        RoleArn: arn:aws:iam::111122223333:role/events

## Preferred
    Rule: nightly
    Targets:
      - Id: etl
        Arn: arn:aws:glue:us-east-1:111122223333:workflow/etl
        RoleArn: arn:aws:iam::111122223333:role/events

## AWS says
Parameter ... is not valid. Reason: Provided Arn is not in correct format.
"""

from awsml.rules.arns import Arn
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._targets import TARGETS, address_of, is_late, no_arn

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (TARGETS,)
SOURCE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html"

_CALLED = frozenset(
    [
        "appsync",
        "automation",
        "batch",
        "codebuild",
        "codepipeline",
        "ecs",
        "events",
        "execute-api",
        "firehose",
        "glue",
        "imagebuilder",
        "inspector",
        "kinesis",
        "lambda",
        "logs",
        "redshift",
        "redshift-serverless",
        "sagemaker",
        "sns",
        "sqs",
        "ssm",
        "ssm-incidents",
        "states",
    ]
)
# Those that people try; a service that is in neither list may be newer than this one.
_NEVER = frozenset(
    [
        "apigateway",
        "backup",
        "bedrock",
        "bedrock-agentcore",
        "cloudformation",
        "dynamodb",
        "ec2",
        "ecr",
        "elasticloadbalancing",
        "elasticmapreduce",
        "iam",
        "kms",
        "rds",
        "s3",
        "scheduler",
        "secretsmanager",
    ]
)
_KINDS = {
    "batch": ("job-queue/", "a job queue"),
    "glue": ("workflow/", "a workflow"),
    "sagemaker": ("pipeline/", "a pipeline"),
}


def check(target: Part) -> Problems:
    part = target["Arn"]
    text = part.spelled
    if not text or is_late(text):
        return
    address = address_of(part)
    yield from no_arn(part, address)
    if address is not None and text.startswith("arn:"):
        yield from _service(part, address)


def _service(part: Part, address: Arn) -> Problems:
    service, rest = address.service, address.rest
    if service in _NEVER:
        hint = "call a function or a state machine that does it"
        yield Problem(part, f"EventBridge rules have no target of {service}", hint)
    elif service not in _CALLED:
        yield Problem(
            part,
            f"{service} is not among the targets that EventBridge documents",
            "see the page for those that are",
            level=Level.WARNING,
        )
    elif service in _KINDS and not is_late(rest):
        prefix, kind = _KINDS[service]
        if not rest.startswith(prefix):
            message = f"of {service} a rule calls {kind}, and this is `{rest}`"
            yield Problem(part, message, f"write the ARN of {kind}")
