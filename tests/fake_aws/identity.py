"""STS and IAM: who the caller is, what a role trusts, and what it may do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tests.fake_aws.world import Operation, Refusal, World

ROLE = "role"


def add_role(
    world: World, name: str, trusts: str = "sagemaker.amazonaws.com", denies: tuple[str, ...] = ()
) -> str:
    """A role; `denies` are actions that the simulator refuses for it. The answer is its ARN."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": trusts}, "Action": "sts:AssumeRole"}
        ],
    }
    arn = f"arn:aws:iam::{world.account}:role/{name}"
    world.put("", ROLE, name, {"arn": arn, "policy": policy, "denies": denies})
    return arn


def caller(world: World, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
    arn = f"arn:aws:iam::{world.account}:user/tester"
    return {"UserId": "AIDATESTER", "Account": world.account, "Arn": arn}


def get_role(world: World, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
    name = params["RoleName"]
    role = world.get("", ROLE, name)
    if role is None:
        wording = f"The role with name {name} cannot be found."
        raise Refusal("NoSuchEntity", wording, 404)
    described = {
        "Path": "/",
        "RoleName": name,
        "RoleId": "AROATEST",
        "Arn": role["arn"],
        "CreateDate": "2026-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": quote(json.dumps(role["policy"])),
    }
    return {"Role": described}


def simulate(world: World, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
    name = params["PolicySourceArn"].rsplit("/", 1)[1]
    role = world.get("", ROLE, name)
    if role is None:
        raise Refusal("NoSuchEntity", f"The entity {name} cannot be found.", 404)
    results = [
        {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": "implicitDeny" if action in role["denies"] else "allowed",
        }
        for action in params["ActionNames"]
        for resource in params.get("ResourceArns", ["*"])
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


STS: dict[str, Operation] = {"GetCallerIdentity": caller}
IAM: dict[str, Operation] = {"GetRole": get_role, "SimulatePrincipalPolicy": simulate}
