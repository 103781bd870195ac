"""Least-privilege roles of a stack: machines, jobs, secrets, schedule."""

from __future__ import annotations

from typing import Any

from awsml.kinds.batch.spec import BatchSpec
from awsml.kinds.iam import allow, role
from awsml.kinds.template import Short, ref, sub

_MACHINES = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
_TASKS = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def roles(spec: BatchSpec) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if spec.compute.platform == "ec2" and spec.compute.queue is None:
        found["InstanceRole"] = role("ec2.amazonaws.com", managed=[_MACHINES])
        found["InstanceProfile"] = {
            "Type": "AWS::IAM::InstanceProfile",
            "Properties": {"Roles": [ref("InstanceRole")]},
        }
    if spec.role is None:
        found["JobRole"] = role("ecs-tasks.amazonaws.com", name="job", allowed=_data(spec))
    secrets = [*spec.secrets.values()]
    if spec.source is not None and spec.source.secret:
        secrets.append(spec.source.secret)
    if secrets or spec.compute.platform == "fargate":
        found["ExecutionRole"] = role(
            "ecs-tasks.amazonaws.com",
            name="execution",
            managed=[_TASKS],
            allowed=_readable(secrets),
        )
    return found


def _data(spec: BatchSpec) -> list[dict[str, Any]]:
    """Data to read; results and checkpoints to read and write; the code that was uploaded."""
    reads = [spec.data] if spec.data and spec.data.startswith("s3://") else []
    kept = spec.checkpoints.to if spec.checkpoints else None
    writes = [place for place in (spec.output, kept) if place and place.startswith("s3://")]
    default = "sagemaker-${AWS::Region}-${AWS::AccountId}/awsml/"
    # What is written lies in a folder: `out` allows nothing in `out-of-others`.
    own = [_arn(place.removeprefix("s3://").rstrip("/") + "/") for place in writes]
    own.append(sub("arn:${AWS::Partition}:s3:::" + default + "*"))
    buckets = dict.fromkeys(
        place.removeprefix("s3://").partition("/")[0] for place in (*reads, *writes)
    )
    listed = [sub(f"arn:${{AWS::Partition}}:s3:::{bucket}") for bucket in buckets]
    listed.append(sub("arn:${AWS::Partition}:s3:::" + default.partition("/")[0]))
    read = [_arn(place.removeprefix("s3://")) for place in reads]
    return [
        allow("s3:ListBucket", listed),
        allow("s3:GetObject", [*read, *own]),
        allow(["s3:PutObject", "s3:DeleteObject"], own),
    ]


def _arn(place: str) -> Short:
    """Everything below a prefix."""
    text = place if "/" in place else f"{place}/"
    return sub(f"arn:${{AWS::Partition}}:s3:::{text.rstrip('*')}*")


def _readable(secrets: list[str]) -> list[dict[str, Any]]:
    stored = [arn for arn in secrets if ":secretsmanager:" in arn]
    parameters = [arn for arn in secrets if ":ssm:" in arn]
    found = []
    if stored:
        # A JSON key, stage and version may follow the seven parts of a secret's ARN.
        whole = [":".join(arn.split(":")[:7]) for arn in stored]
        found.append(allow("secretsmanager:GetSecretValue", whole))
    if parameters:
        found.append(allow("ssm:GetParameters", parameters))
    return found
