"""Stacks and their operations: steps that the clock carries out, and an event for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.fake_aws.world import Refusal, World

STACK = "stack"
EMPTY = "REVIEW_IN_PROGRESS"
_RESOURCE_SECONDS = 1.0
_LAG_SECONDS = 1.0
_CANCELLED = "Resource {} cancelled"
Stack = dict[str, Any]


def script(world: World, *, fails: Mapping[str, str]) -> None:
    """Resources by logical name that cannot be made or changed, each with AWS's reason."""
    world.put("", "stack-script", "fails", {"fails": dict(fails)})


def _fails(world: World) -> dict[str, str]:
    kept = world.get("", "stack-script", "fails")
    return kept["fails"] if kept else {}


# what is known of a stack


def standing(world: World, region: str, name: str) -> Stack | None:
    """A stack by name or id, its operation carried on to the present time."""
    for stack in reversed(world.all(region, STACK)):
        _carry_on(world, stack)
        if name == stack["id"] or (name == stack["name"] and stack["status"] != "DELETE_COMPLETE"):
            return stack
    return None


def there(world: World, region: str, name: str) -> Stack:
    stack = standing(world, region, name)
    if stack is None:
        raise Refusal("ValidationError", f"Stack with id {name} does not exist")
    return stack


def event(
    stack: Stack, at: float, name: str, status: str, token: str | None, reason: str | None = None
) -> None:
    whole = name == stack["name"]
    row = {
        "StackId": stack["id"],
        "StackName": stack["name"],
        "EventId": f"{len(stack['events']):06d}-{name}-{status}",
        "LogicalResourceId": name,
        "PhysicalResourceId": stack["id"] if whole else f"{stack['name']}-{name}",
        "ResourceType": "AWS::CloudFormation::Stack" if whole else stack["types"][name],
        "Timestamp": moment(at),
        "ResourceStatus": status,
    }
    row |= {"ResourceStatusReason": reason} if reason else {}
    stack["events"].append(row | ({"ClientRequestToken": token} if token else {}))


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# an operation: (time, what happens), written when it begins and carried out by the clock


def begin(world: World, stack: Stack, steps: list[tuple[Any, ...]], token: str | None) -> None:
    """Steps are (logical name, status, reason, resources afterwards or None)."""
    at = world.clock.now + _LAG_SECONDS
    stack["plan"] = []
    for name, status, reason, after in steps:
        stack["plan"].append((at, name, status, reason, after, token))
        if status.endswith("_IN_PROGRESS"):
            at += _RESOURCE_SECONDS


def _carry_on(world: World, stack: Stack) -> None:
    while stack["plan"] and stack["plan"][0][0] <= world.clock.now:
        at, name, status, reason, after, token = stack["plan"].pop(0)
        if after is not None:
            stack["resources"] = after
        event(stack, at, name, status, token, reason)
        if name == stack["name"]:
            stack["status"] = status


def making(world: World, stack: Stack, verb: str, changes: list[Any], after: Any) -> list[Any]:
    """CREATE or UPDATE: resource by resource, and back again where one fails."""
    name, fails = stack["name"], _fails(world)
    steps: list[Any] = [(name, f"{verb}_IN_PROGRESS", "User Initiated", None)]
    done: list[tuple[str, str]] = []
    for logical, action in changes:
        steps.append((logical, f"{action}_IN_PROGRESS", None, None))
        if logical in fails:
            steps.append((logical, f"{action}_FAILED", fails[logical], None))
            return steps + _back(stack, verb, logical, changes, done)
        steps.append((logical, f"{action}_COMPLETE", None, None))
        done.append((logical, action))
    return [*steps, (name, f"{verb}_COMPLETE", None, after)]


def _back(stack: Stack, verb: str, failed: str, changes: list[Any], done: list[Any]) -> list[Any]:
    name = stack["name"]
    prefix = "" if verb == "CREATE" else "UPDATE_"
    waiting = [one for one in changes if one not in done and one[0] != failed]
    word = "creation" if verb == "CREATE" else "update"
    steps: list[Any] = [
        (logical, f"{action}_FAILED", _CANCELLED.format(word), None)
        for logical, action in waiting[:1]
    ]
    reason = f"The following resource(s) failed to {verb.lower()}: [{failed}]. "
    steps.append((name, f"{prefix}ROLLBACK_IN_PROGRESS", reason, None))
    undone = "DELETE" if verb == "CREATE" else "UPDATE"
    steps += [(logical, f"{undone}_COMPLETE", None, None) for logical, _ in reversed(done)]
    kept = {} if verb == "CREATE" else stack["resources"]
    return [*steps, (name, f"{prefix}ROLLBACK_COMPLETE", None, kept)]


def deleting(world: World, stack: Stack) -> list[Any]:
    """Everything in it, the last made first; what cannot go stays."""
    name = stack["name"]
    steps: list[Any] = [(name, "DELETE_IN_PROGRESS", "User Initiated", None)]
    fails = _fails(world)
    left = {n: r for n, r in stack["resources"].items() if n in fails}
    for logical in reversed(stack["resources"]):
        steps.append((logical, "DELETE_IN_PROGRESS", None, None))
        over = ("DELETE_FAILED", fails[logical]) if logical in fails else ("DELETE_COMPLETE", None)
        steps.append((logical, *over, None))
    if left:
        reason = f"The following resource(s) failed to delete: [{', '.join(left)}]. "
        steps.append((name, "DELETE_FAILED", reason, left))
    else:
        steps.append((name, "DELETE_COMPLETE", None, {}))
    return steps
