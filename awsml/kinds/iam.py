"""Roles of a stack: who may take them, and what they allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from awsml.kinds.template import ref, sub

_VERSION = "2012-10-17"


def role(
    service: str,
    *,
    name: str | None = None,
    managed: Sequence[str] = (),
    policy: str = "awsml",
    allowed: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """A role that one service takes: for this account alone, but for machines of EC2."""
    trust: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if service != "ec2.amazonaws.com":
        own = {"aws:SourceAccount": ref("AWS::AccountId")}
        trust["Condition"] = {"StringEquals": own}
    properties: dict[str, Any] = {
        "AssumeRolePolicyDocument": {"Version": _VERSION, "Statement": [trust]}
    }
    if name:
        properties["RoleName"] = sub(f"awsml-${{Name}}-{name}-${{AWS::Region}}")
    if managed:
        properties["ManagedPolicyArns"] = [sub(arn) for arn in managed]
    if allowed:
        document = {"Version": _VERSION, "Statement": list(allowed)}
        properties["Policies"] = [{"PolicyName": policy, "PolicyDocument": document}]
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def allow(actions: str | list[str], resource: Any) -> dict[str, Any]:
    """One statement of a policy."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource}
