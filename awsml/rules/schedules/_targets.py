"""What the target of an EventBridge rule is, as far as a request or a template says."""

from __future__ import annotations

from awsml.plan import Unknown
from awsml.rules.arns import Arn, parse_arn
from awsml.rules.links import referred
from awsml.rules.rule import Part, Problem, Problems

TARGETS = "events:PutTargets/Targets[]"

# Settings that one service takes, and EventBridge calls each of these with a role.
_TELLING = {
    "BatchParameters": "batch",
    "EcsParameters": "ecs",
    "RunCommandParameters": "ssm",
    "SageMakerPipelineParameters": "sagemaker",
}


def address_of(arn: Part) -> Arn | None:
    """The parts of an address; what is known later stands in them as ‹name›."""
    address = parse_arn(arn.spelled or "")
    return None if address is None or is_late(address.service) else address


def no_arn(arn: Part, address: Arn | None) -> Problems:
    """The complaint about a text that is no address, and does not become one."""
    text = arn.spelled or ""
    if not text.startswith("arn:") or (address is None and "‹" not in text):
        yield Problem(arn, f"`{text}` is no ARN", "write the whole ARN of the target")


def is_late(text: str) -> bool:
    """Whether a text begins with what is known only when the stack is made."""
    return text.startswith("‹")


def addressed(target: Part) -> str | None:
    """The service that a target's address names, or the job queue of the same template."""
    address = address_of(target["Arn"])
    if address is not None:
        return address.service
    reference = referred(target["Arn"].spelled)
    queues = target.plan.calls("batch:CreateJobQueue") if reference is not None else ()
    ids = [queue.call.id for queue in queues]
    return "batch" if reference is not None and reference[0] in ids else None


def service_of(target: Part) -> str | None:
    """The service of a target, by its settings where its address does not tell."""
    found = None if isinstance(target["Arn"].raw, Unknown) else addressed(target)
    if found is not None:
        return found
    for name, service in _TELLING.items():
        if target[name].written and target[name].known:
            return service
    return addressed(target)  # says why nobody knows
