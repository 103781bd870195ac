"""A rule has no role with which to call its target.

EventBridge calls functions, topics, queues and log groups by what their own policies allow. For
job queues, state machines, pipelines, tasks, streams and buses it takes the role of the target.

## Why
AWS refuses the request.

## Flagged
    Rule: nightly
    Targets:
      - Id: train
        Arn: arn:aws:batch:us-east-1:111122223333:job-queue/gpu
        BatchParameters: {JobDefinition: train, JobName: nightly}

## Preferred
    Rule: nightly
    Targets:
      - Id: train
        Arn: arn:aws:batch:us-east-1:111122223333:job-queue/gpu
        RoleArn: arn:aws:iam::111122223333:role/events
        BatchParameters: {JobDefinition: train, JobName: nightly}

## AWS says
RoleArn is required for target arn:aws:batch:...
"""

from awsml.rules.links import call_named
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import RULE
from awsml.rules.schedules._targets import TARGETS, address_of, service_of

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (TARGETS,)
SOURCE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"

_WITH_A_ROLE = frozenset(
    [
        "batch",
        "codebuild",
        "codepipeline",
        "ecs",
        "events",
        "firehose",
        "glue",
        "inspector",
        "kinesis",
        "redshift",
        "sagemaker",
        "ssm",
        "ssm-incidents",
        "states",
    ]
)
_OF_EVENTS = ("event-bus/", "api-destination/")


def check(target: Part) -> Problems:
    role = target["RoleArn"]
    if role.written:
        if role.known and role.text and not role.text.startswith("arn:"):
            yield Problem(role, f"`{role.text}` is no ARN of a role", "write the ARN of the role")
        return
    service = service_of(target)
    if service not in _WITH_A_ROLE or not _is_called_with_a_role(target, service):
        return
    problem = Problem(
        target,
        f"EventBridge calls {service} with a role, and the target has none",
        f"add `{role}`",
        related=((target["Arn"], "the target"),),
    )
    may_do = service == "kinesis" and _rule_may_have_a_role(target)
    yield problem._replace(level=Level.WARNING) if may_do else problem


def _is_called_with_a_role(target: Part, service: str) -> bool:
    """Not so the few actions of the console, which are addresses of EventBridge as well."""
    address = address_of(target["Arn"]) if service == "events" else None
    return address is None or address.rest.startswith(_OF_EVENTS)


def _rule_may_have_a_role(target: Part) -> bool:
    """Which does for a stream. A request alone does not tell of its rule."""
    rule = call_named(target.plan, RULE, "Name", target.around["Rule"].spelled)
    return rule is None or rule["RoleArn"].written
