"""What the job's role and the caller may do, as IAM's policy simulator sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from awsml.aws.refusals import AwsRefused, is_absent
from awsml.aws.session import Aws, Identity
from awsml.backends.aws.needs import SAGEMAKER, Needs
from awsml.backends.aws.verdict import Check, failed, passed

_LIST = ("s3:ListBucket",)
_READ = ("s3:GetObject",)
_WRITE = ("s3:PutObject",)
_LOG = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_PULL = ("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_OUTSIDE = "bucket policies, SCPs and KMS keys could not be proven"


def check_role(aws: Aws, needs: Needs, arn: str) -> Iterator[Check]:
    """That the role is there, lets SageMaker take it, and may do what the job does."""
    name = arn.rpartition("/")[2]
    try:
        role = aws.call("iam", "GetRole", {"RoleName": name})["Role"]
    except AwsRefused as refused:
        if not is_absent(refused):
            raise
        yield failed("role", f"there is no role {name}", "correct `role`")
        return
    taker = needs.trusts
    if trusts(role["AssumeRolePolicyDocument"], taker):
        yield passed("role", f"{name} trusts {taker}")
    else:
        hint = f"let {taker} assume it (sts:AssumeRole) in its trust policy"
        yield failed("role", f"{name} does not trust {taker}", hint)
    partition = arn.split(":")[1]
    reads = [_object_arn(partition, location) for location in needs.reads]
    writes = [_object_arn(partition, location) for location in needs.writes]
    if reads:
        yield simulated(aws, "role", arn, _LIST, [read.partition("/")[0] for read in reads])
        yield simulated(aws, "role", arn, _READ, reads)
    if writes:
        yield simulated(aws, "role", arn, _WRITE, writes)
    if taker != SAGEMAKER:  # Batch's agent pulls the image and writes the log
        return
    yield simulated(aws, "role", arn, _LOG, [])
    if needs.images:
        yield simulated(aws, "role", arn, _PULL, [])


def check_caller(
    aws: Aws, identity: Identity, actions: tuple[str, ...], role: str | None
) -> Iterator[Check]:
    """Whether these credentials may send the calls of the plan, and hand the job its role."""
    source = _policy_source(identity)
    yield simulated(aws, "caller", source, actions, [])
    if role is not None:
        yield simulated(aws, "caller", source, ("iam:PassRole",), [role])


def trusts(policy: Any, service: str) -> bool:
    """Whether a trust policy lets a service take the role."""
    for statement in _listed(policy.get("Statement")):
        principal = statement.get("Principal", {})
        services = _listed(principal.get("Service") if isinstance(principal, dict) else None)
        allowed = statement.get("Effect") == "Allow"
        assumes = "sts:AssumeRole" in _listed(statement.get("Action"))
        if allowed and assumes and service in services:
            return True
    return False


def simulated(
    aws: Aws, what: str, arn: str, actions: tuple[str, ...], resources: list[str]
) -> Check:
    """One question to the simulator; it sees the principal's own policies only."""
    params: dict[str, Any] = {"PolicySourceArn": arn, "ActionNames": list(actions)}
    on = ""
    if resources:
        params["ResourceArns"] = sorted(set(resources))
        on = f" on {', '.join(params['ResourceArns'])}"
    rows = aws.pages("iam", "SimulatePrincipalPolicy", params, "EvaluationResults")
    denied = sorted({row["EvalActionName"] for row in rows if row["EvalDecision"] != "allowed"})
    name = arn.rpartition("/")[2]
    if denied:
        hint = f"allow {', '.join(denied)}{on} in a policy of {name}"
        return failed(what, f"{name} may not {', '.join(denied)}{on}", hint)
    return passed(what, f"{name} may {', '.join(actions)}{on} by its own policies; {_OUTSIDE}")


def _policy_source(identity: Identity) -> str:
    """The simulator wants the role behind an assumed role's session."""
    if ":assumed-role/" not in identity.arn:
        return identity.arn
    role = identity.arn.split("/")[1]
    return f"arn:{identity.partition}:iam::{identity.account}:role/{role}"


def _object_arn(partition: str, location: str) -> str:
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    prefix = prefix.strip("/")
    return (
        f"arn:{partition}:s3:::{bucket}/{prefix}/*"
        if prefix
        else f"arn:{partition}:s3:::{bucket}/*"
    )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
