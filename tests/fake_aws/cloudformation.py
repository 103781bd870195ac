"""CloudFormation: change sets that compare, and operations that take their time on the clock.

moto's version reports every stack as complete at once, and compares, updates and rolls back
nothing; here a change set says what differs, a resource that fails takes the others with it, and
a status lags behind the request by a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fake_aws import templates
from tests.fake_aws.world import Operation, Refusal, World

STACK = "stack"
_EMPTY = "REVIEW_IN_PROGRESS"
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


def _there(world: World, region: str, name: str) -> Stack:
    stack = standing(world, region, name)
    if stack is None:
        raise Refusal("ValidationError", f"Stack with id {name} does not exist")
    return stack


def _event(
    stack: Stack, at: float, name: str, status: str, token: str | None, reason: str | None = None
) -> None:
    whole = name == stack["name"]
    event = {
        "StackId": stack["id"],
        "StackName": stack["name"],
        "EventId": f"{len(stack['events']):06d}-{name}-{status}",
        "LogicalResourceId": name,
        "PhysicalResourceId": stack["id"] if whole else f"{stack['name']}-{name}",
        "ResourceType": "AWS::CloudFormation::Stack" if whole else stack["types"][name],
        "Timestamp": _moment(at),
        "ResourceStatus": status,
    }
    event |= {"ResourceStatusReason": reason} if reason else {}
    stack["events"].append(event | ({"ClientRequestToken": token} if token else {}))


def _moment(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# an operation: (time, what happens), written when it begins and carried out by the clock


def _begin(world: World, stack: Stack, steps: list[tuple[Any, ...]], token: str | None) -> None:
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
        _event(stack, at, name, status, token, reason)
        if name == stack["name"]:
            stack["status"] = status


def _making(world: World, stack: Stack, verb: str, changes: list[Any], after: Any) -> list[Any]:
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


# operations of the API


def create_change_set(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    name, set_name = params["StackName"], params["ChangeSetName"]
    stack = standing(world, region, name)
    if stack is not None and set_name in stack["sets"]:
        return _same_again(stack, params)
    given = {p["ParameterKey"]: p["ParameterValue"] for p in params.get("Parameters", ())}
    template = templates.read(params["TemplateBody"], given)
    template.in_order()
    if "CAPABILITY_NAMED_IAM" not in params.get("Capabilities", ()):
        message = "Requires capabilities : [CAPABILITY_NAMED_IAM]"
        raise Refusal("InsufficientCapabilitiesException", message)
    if params.get("ChangeSetType") == "CREATE":
        stack = _for_creation(world, region, name, stack)
    elif stack is None:
        raise Refusal("ValidationError", f"Stack [{name}] does not exist")
    elif not stack["status"].endswith("_COMPLETE") or stack["status"] == "ROLLBACK_COMPLETE":
        message = f"Stack:{stack['id']} is in {stack['status']} state and can not be updated."
        raise Refusal("ValidationError", message)
    set_id = world.arn("cloudformation", region, f"changeSet/{set_name}/1")
    changes = _changes(stack["resources"], template)
    made = {"id": set_id, "token": params.get("ClientToken"), "template": template}
    stack["sets"][set_name] = made | {"changes": changes, "ready": world.clock.now + 2.0}
    return {"Id": set_id, "StackId": stack["id"]}


def _same_again(stack: Stack, params: dict[str, Any]) -> dict[str, Any]:
    """A retry with the same token is the same change set."""
    known = stack["sets"][params["ChangeSetName"]]
    if known["token"] is None or known["token"] != params.get("ClientToken"):
        message = f"ChangeSet {params['ChangeSetName']} already exists"
        raise Refusal("AlreadyExistsException", message)
    return {"Id": known["id"], "StackId": stack["id"]}


def _for_creation(world: World, region: str, name: str, stack: Stack | None) -> Stack:
    if stack is not None and stack["status"] != _EMPTY:
        message = f"Stack [{name}] already exists and cannot be created again with the changeSet"
        raise Refusal("ValidationError", message)
    if stack is not None:
        return stack
    number = len(world.all(region, STACK)) + 1
    made: Stack = {
        "name": name,
        "id": world.arn("cloudformation", region, f"stack/{name}/{number}"),
    }
    made |= {"status": _EMPTY, "resources": {}, "events": [], "types": {}, "sets": {}, "plan": []}
    world.put(region, STACK, f"{name}/{number}", made)
    _event(made, world.clock.now, name, _EMPTY, None, "User Initiated")
    return made


def _changes(before: Mapping[str, Any], template: templates.Template) -> list[dict[str, Any]]:
    after = template.resources
    rows = []
    for name in template.in_order():
        type_ = after[name]["Type"]
        row = {"LogicalResourceId": name, "ResourceType": type_}
        if name not in before:
            rows.append({"Action": "Add", **row})
            continue
        found = templates.details(type_, before[name]["Properties"], after[name]["Properties"])
        if found:
            anew = any(detail["RequiresRecreation"] == "Always" for detail in found)
            told = [{"Target": detail} for detail in found]
            replaced = "True" if anew else "False"
            rows.append({"Action": "Modify", **row, "Replacement": replaced, "Details": told})
    rows += [
        {"Action": "Remove", "LogicalResourceId": name, "ResourceType": before[name]["Type"]}
        for name in before
        if name not in after
    ]
    return rows


def describe_change_set(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    stack, found = _set_of(world, region, params)
    answer = {"ChangeSetName": params["ChangeSetName"], "StackId": stack["id"]}
    if world.clock.now < found["ready"]:
        return {**answer, "Status": "CREATE_IN_PROGRESS", "Changes": []}
    if not found["changes"]:
        reason = "The submitted information didn't contain changes. Submit different information"
        return {**answer, "Status": "FAILED", "StatusReason": reason, "Changes": []}
    valued = params.get("IncludePropertyValues") == "true"
    rows = [_shown(row, valued) for row in found["changes"]]
    start = int(params.get("NextToken") or 0)
    page = [{"Type": "Resource", "ResourceChange": row} for row in rows[start : start + 10]]
    more = {"NextToken": str(start + 10)} if start + 10 < len(rows) else {}
    return {**answer, "Status": "CREATE_COMPLETE", "Changes": page, **more}


def _shown(row: dict[str, Any], valued: bool) -> dict[str, Any]:
    """Values before and after only where they are asked for."""
    if valued or "Details" not in row:
        return row
    hidden = ("Path", "BeforeValue", "AfterValue")
    targets = [d["Target"] for d in row["Details"]]
    kept = [{key: v for key, v in target.items() if key not in hidden} for target in targets]
    return {**row, "Details": [{"Target": target} for target in kept]}


def _set_of(world: World, region: str, params: dict[str, Any]) -> tuple[Stack, dict[str, Any]]:
    stack = _there(world, region, params["StackName"])
    name = params["ChangeSetName"]
    if name not in stack["sets"]:
        raise Refusal("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)
    return stack, stack["sets"][name]


def execute_change_set(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    stack, found = _set_of(world, region, params)
    if stack["plan"] and stack["plan"][-1][-1] == params.get("ClientRequestToken"):
        return {}  # asked again, because the first answer was lost
    if stack["plan"] or not found["changes"]:
        message = (
            f"ChangeSet [{found['id']}] cannot be executed in its current status of "
            f"[{'EXECUTE_IN_PROGRESS' if stack['plan'] else 'FAILED'}]"
        )
        raise Refusal("InvalidChangeSetStatus", message)
    creating = stack["status"] == _EMPTY
    words = {"Add": "CREATE", "Modify": "UPDATE", "Remove": "DELETE"}
    changes = [(row["LogicalResourceId"], words[row["Action"]]) for row in found["changes"]]
    after = dict(found["template"].resources)
    stack["types"] |= {row["LogicalResourceId"]: row["ResourceType"] for row in found["changes"]}
    steps = _making(world, stack, "CREATE" if creating else "UPDATE", changes, after)
    _begin(world, stack, steps, params.get("ClientRequestToken"))
    stack["sets"] = {params["ChangeSetName"]: found}  # the others are dropped
    return {}


def delete_change_set(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    stack, _ = _set_of(world, region, params)
    del stack["sets"][params["ChangeSetName"]]
    return {}


def describe_stacks(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    stack = _there(world, region, params["StackName"])
    row = {"StackId": stack["id"], "StackName": stack["name"], "StackStatus": stack["status"]}
    return {"Stacks": [{**row, "CreationTime": _moment(stack["_created"])}]}


def describe_events(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """Newest first, in pages."""
    newest = _there(world, region, params["StackName"])["events"][::-1]
    start = int(params.get("NextToken") or 0)
    more = {"NextToken": str(start + 20)} if start + 20 < len(newest) else {}
    return {"StackEvents": newest[start : start + 20], **more}


def list_resources(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    stack = _there(world, region, params["StackName"])
    rows = [
        {
            "LogicalResourceId": name,
            "ResourceType": resource["Type"],
            "LastUpdatedTimestamp": _moment(world.clock.now),
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for name, resource in stack["resources"].items()
    ]
    return {"StackResourceSummaries": rows}


def delete_stack(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """Nothing where there is none; while a deletion goes on, another one is nothing either."""
    stack = standing(world, region, params["StackName"])
    if stack is None or stack["plan"]:
        return {}
    name, token = stack["name"], params.get("ClientRequestToken")
    if stack["status"] == _EMPTY:
        stack["status"] = "DELETE_COMPLETE"
        return {}
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
    _begin(world, stack, steps, token)
    return {}


OPERATIONS: dict[str, Operation] = {
    "CreateChangeSet": create_change_set,
    "DescribeChangeSet": describe_change_set,
    "ExecuteChangeSet": execute_change_set,
    "DeleteChangeSet": delete_change_set,
    "DescribeStacks": describe_stacks,
    "DescribeStackEvents": describe_events,
    "ListStackResources": list_resources,
    "DeleteStack": delete_stack,
}
