"""A batch spec and what was chosen for it, as RegisterJobDefinition and SubmitJob."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from awsml.finding import Finding
from awsml.kinds.batch.fields import RetryRule
from awsml.kinds.batch.names import log_group, queue_name, role_name
from awsml.kinds.batch.order import Submission, submissions
from awsml.kinds.batch.source import COMMIT, source_environment, wrapped
from awsml.kinds.batch.spec import BatchSpec
from awsml.kinds.batch.stack import stack_text
from awsml.kinds.images import chosen_image
from awsml.kinds.kind import Context
from awsml.kinds.needs import needed_by_aws
from awsml.kinds.request import Request
from awsml.plan import Call, Plan, Ref, Text
from awsml.retries import NOT_STARTED, RECLAIM_PATTERNS

STACK_FILE = "stack.yaml"
DEFAULT_MEMORY_MIB = 2048
DEFAULT_ATTEMPTS = 3

# Beside Spot's own words; whatever is not listed would be retried, so the last rule ends it.
# https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html
RULES = (
    RetryRule(reason="CannotPullContainerError:*", action="retry"),
    RetryRule(status=NOT_STARTED, action="retry"),
)
CATCH_ALL = RetryRule(reason="*", action="exit")


def compile_batch(spec: BatchSpec, context: Context) -> Plan:
    """The plan of a batch scenario: the definition, then its jobs; the stack goes beside them."""
    region = context.region or spec.region
    definition, problems = job_definition(spec, context)
    return Plan(
        kind="batch",
        name=spec.name,
        calls=(definition.call(), *_submit_calls(spec, context)),
        region=region,
        file=context.origins.file,
        place=context.origins.place("kind"),
        files={STACK_FILE: stack_text(spec, definition.params)},
        problems=(*needed_by_aws("of the stack", region, context), *problems),
    )


def job_definition(spec: BatchSpec, context: Context) -> tuple[Request, list[Finding]]:
    """The definition that local runs, AWS and the stack share."""
    request = Request("batch", "RegisterJobDefinition", context)
    request.put("jobDefinitionName", spec.name, "name")
    request.put("type", "container")
    request.put("platformCapabilities", [spec.compute.platform.upper()], "compute.platform")
    request.put_map("parameters", spec.parameters, "parameters")
    problems = _put_container(request, spec, context)
    _put_retry(request, spec, context)
    if spec.timeout is not None:
        request.put("timeout.attemptDurationSeconds", round(spec.timeout), "timeout")
    request.put_map("tags", spec.tags, "tags")
    if spec.tags:
        request.put("propagateTags", True)
    if raw := spec.aws.get("RegisterJobDefinition"):
        request.merge(raw, "aws.RegisterJobDefinition")
    return request, problems


def _put_container(request: Request, spec: BatchSpec, context: Context) -> list[Finding]:
    machine = context.choices.get("compute.machine")
    instance = None if machine is None else str(machine.value)
    image = chosen_image(spec.image, context.region or spec.region, instance, context, "batch")
    at = "containerProperties"
    request.put(f"{at}.image", image.value, image.scenario_field)
    request.put(f"{at}.command", wrapped(spec, list(spec.command)), "command")
    request.put_items(f"{at}.resourceRequirements", _requirements(spec, context))
    request.put(f"{at}.jobRoleArn", *_role(spec))
    if spec.compute.platform == "fargate" or _secrets(spec):
        request.put(f"{at}.executionRoleArn", _stack_role(spec, "execution"))
    _put_environment(request, spec, context)
    if spec.compute.platform == "ec2":
        request.put(f"{at}.linuxParameters.initProcessEnabled", True)
        shared = spec.resources.shared_memory
        path = f"{at}.linuxParameters.sharedMemorySize"
        request.put(path, shared, "resources.shared_memory")
    if spec.compute.queue is None:
        request.put(f"{at}.logConfiguration.logDriver", "awslogs")
        request.put(
            f"{at}.logConfiguration.options",
            {"awslogs-group": log_group(spec), "awslogs-stream-prefix": spec.name},
        )
    if spec.compute.platform == "fargate":
        request.put(f"{at}.networkConfiguration.assignPublicIp", "ENABLED")
    return list(image.problems)


def _role(spec: BatchSpec) -> tuple[str | Text, str | None]:
    return (spec.role, "role") if spec.role else (_stack_role(spec, "job"), None)


def _stack_role(spec: BatchSpec, use: str) -> Text:
    name = f":role/{role_name(spec, use)}"
    return Text(("arn:aws:iam::", Ref("account"), name, Ref("region")))


def _requirements(spec: BatchSpec, context: Context) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Amounts are texts; GPUs are whole ones."""
    resources = spec.resources
    wanted = [("VCPU", resources.vcpus, "vcpus"), ("MEMORY", memory_of(spec, context), "memory")]
    if resources.gpus:
        wanted.append(("GPU", resources.gpus, "gpus"))
    return [
        (
            {"type": type_, "value": str(amount)},
            {"": f"resources.{field}", "value": f"resources.{field}"},
        )
        for type_, amount, field in wanted
    ]


def memory_of(spec: BatchSpec, context: Context) -> int:
    if spec.resources.memory != "auto":
        return int(spec.resources.memory)
    choice = context.choices.get("resources.memory")
    return int(choice.value) if choice else DEFAULT_MEMORY_MIB


def _put_environment(request: Request, spec: BatchSpec, context: Context) -> None:
    values: dict[str, tuple[Any, str | None]] = {
        name: (value, f"environment.{name}") for name, value in spec.environment.items()
    }
    values |= source_environment(spec, context)
    for name, value, field in _places(spec, context):
        values.setdefault(name, (value, field))
    request.put_items(
        "containerProperties.environment",
        [
            ({"name": name, "value": value}, {"": field, "value": field} if field else {})
            for name, (value, field) in values.items()
        ],
    )
    request.put_items(
        "containerProperties.secrets",
        [
            ({"name": name, "valueFrom": arn}, {"": field, "valueFrom": field})
            for name, (arn, field) in _secrets(spec).items()
        ],
    )


def _places(spec: BatchSpec, context: Context) -> list[tuple[str, Any, str | None]]:
    """Data, results and checkpoints; what names no bucket is kept in the default one."""
    found: list[tuple[str, Any, str | None]] = []
    if spec.data is not None:
        here = not spec.data.startswith("s3://")
        value = Ref("data:data", context.local_path("data", spec.data)) if here else spec.data
        found.append(("AWSML_DATA", value, "data"))
    if spec.output is not None:
        found.append(("AWSML_OUTPUT", spec.output, "output"))
    if spec.checkpoints is not None:
        beside = Text(("s3://", Ref("default-bucket"), f"/awsml/{spec.name}/checkpoints/"))
        field = "checkpoints.to" if spec.checkpoints.to else "checkpoints"
        found.append(("AWSML_CHECKPOINTS", spec.checkpoints.to or beside, field))
    return found


def _secrets(spec: BatchSpec) -> dict[str, tuple[str, str]]:
    found = {name: (arn, f"secrets.{name}") for name, arn in spec.secrets.items()}
    if spec.source is not None and spec.source.secret is not None:
        found["AWSML_SOURCE_TOKEN"] = (spec.source.secret, "source.secret")
    return found


def _put_retry(request: Request, spec: BatchSpec, context: Context) -> None:
    request.put("retryStrategy.attempts", attempts_of(spec, context), "retry.attempts")
    rules = retry_rules(spec)
    request.put_items(
        "retryStrategy.evaluateOnExit",
        [
            (exit_rule(rule), {"": f"retry.rules[{i}]"} if i < len(spec.retry.rules) else {})
            for i, rule in enumerate(rules)
        ],
    )


def attempts_of(spec: BatchSpec, context: Context) -> int:
    if spec.retry.attempts != "auto":
        return int(spec.retry.attempts)
    choice = context.choices.get("retry.attempts")
    return int(choice.value) if choice else DEFAULT_ATTEMPTS


def retry_rules(spec: BatchSpec) -> list[RetryRule]:
    """The scenario's rules or awsml's, and the one that ends everything else."""
    reclaimed = RetryRule(status=RECLAIM_PATTERNS[spec.compute.platform], action="retry")
    rules = list(spec.retry.rules or (reclaimed, *RULES))
    return rules if any(rule.catches_all for rule in rules) else [*rules, CATCH_ALL]


def exit_rule(rule: RetryRule) -> dict[str, str]:
    conditions = {
        "onStatusReason": rule.status,
        "onReason": rule.reason,
        "onExitCode": rule.exit_code,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    return {**given, "action": rule.action.upper()}


def _submit_calls(spec: BatchSpec, context: Context) -> list[Call]:
    return [
        replace(_submit(spec, context, one).call(), id=one.id or None) for one in submissions(spec)
    ]


def _submit(spec: BatchSpec, context: Context, one: Submission) -> Request:
    """One job. A scenario without steps is one job with no name of its own."""
    at = f"steps.{one.id}." if one.id else ""
    request = Request("batch", "SubmitJob", context)
    name = f"{spec.name}-{one.id}-" if one.id else f"{spec.name}-"
    request.put("jobName", Text((name, Ref("run"))), "name")
    request.put("jobQueue", queue_name(spec), "compute.queue" if spec.compute.queue else "name")
    request.put("jobDefinition", Ref("output:RegisterJobDefinition.jobDefinitionArn"))
    if one.array:
        request.put("arrayProperties.size", one.array, f"{at}array")
    request.put_items("dependsOn", [(dict(d), {"": f"{at}depends_on"}) for d in one.depends_on])
    if one.id:
        request.put("containerOverrides.command", wrapped(spec, list(one.command)), f"{at}command")
    overrides: dict[str, tuple[Any, str]] = {
        key: (value, f"{at}environment.{key}") for key, value in one.environment.items()
    }
    if spec.source is not None and spec.source.git is not None:
        overrides["AWSML_SOURCE_COMMIT"] = (COMMIT, "source.ref")
    request.put_items(
        "containerOverrides.environment",
        [
            ({"name": key, "value": value}, {"": field, "value": field})
            for key, (value, field) in overrides.items()
        ],
    )
    if one.timeout is not None:
        request.put("timeout.attemptDurationSeconds", round(one.timeout), f"{at}timeout")
    request.put_map("tags", spec.tags, "tags")
    if raw := spec.aws.get("SubmitJob"):
        request.merge(raw, "aws.SubmitJob")
    return request
