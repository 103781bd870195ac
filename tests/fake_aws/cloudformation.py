"""CloudFormation: change sets that compare, and operations that take their time on the clock.

moto's version reports every stack as complete at once, and compares, updates and rolls back
nothing; here a change set says what differs, a resource that fails takes the others with it, and
a status lags behind the request by a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fake_aws import templates
from tests.fake_aws.stacks import (
    EMPTY,
    STACK,
    Stack,
    begin,
    deleting,
    event,
    making,
    moment,
    script,
    standing,
    there,
)
from tests.fake_aws.world import Operation, Refusal, World

__all__ = ["OPERATIONS", "STACK", "script", "standing"]


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
    made |= {"body": params["TemplateBody"]}
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
    if stack is not None and stack["status"] != EMPTY:
        message = f"Stack [{name}] already exists and cannot be created again with the changeSet"
        raise Refusal("ValidationError", message)
    if stack is not None:
        return stack
    number = len(world.all(region, STACK)) + 1
    made: Stack = {
        "name": name,
        "id": world.arn("cloudformation", region, f"stack/{name}/{number}"),
    }
    made |= {"status": EMPTY, "resources": {}, "events": [], "types": {}, "sets": {}, "plan": []}
    world.put(region, STACK, f"{name}/{number}", made)
    event(made, world.clock.now, name, EMPTY, None, "User Initiated")
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
    stack = there(world, region, params["StackName"])
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
    creating = stack["status"] == EMPTY
    words = {"Add": "CREATE", "Modify": "UPDATE", "Remove": "DELETE"}
    changes = [(row["LogicalResourceId"], words[row["Action"]]) for row in found["changes"]]
    after = dict(found["template"].resources)
    stack["types"] |= {row["LogicalResourceId"]: row["ResourceType"] for row in found["changes"]}
    steps = making(world, stack, "CREATE" if creating else "UPDATE", changes, after)
    begin(world, stack, steps, params.get("ClientRequestToken"))
    stack["sets"] = {params["ChangeSetName"]: found}  # the others are dropped
    stack["body"] = found["body"]
    return {}


def delete_change_set(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    stack, _ = _set_of(world, region, params)
    del stack["sets"][params["ChangeSetName"]]
    return {}


def describe_stacks(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    stack = there(world, region, params["StackName"])
    row = {"StackId": stack["id"], "StackName": stack["name"], "StackStatus": stack["status"]}
    return {"Stacks": [{**row, "CreationTime": moment(stack["_created"])}]}


def get_template(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """The body of the change set that was executed last."""
    return {"TemplateBody": there(world, region, params["StackName"]).get("body", "")}


def describe_events(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """Newest first, in pages."""
    newest = there(world, region, params["StackName"])["events"][::-1]
    start = int(params.get("NextToken") or 0)
    more = {"NextToken": str(start + 20)} if start + 20 < len(newest) else {}
    return {"StackEvents": newest[start : start + 20], **more}


def list_resources(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    stack = there(world, region, params["StackName"])
    rows = [
        {
            "LogicalResourceId": name,
            "ResourceType": resource["Type"],
            "LastUpdatedTimestamp": moment(world.clock.now),
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
    token = params.get("ClientRequestToken")
    if stack["status"] == EMPTY:
        stack["status"] = "DELETE_COMPLETE"
        return {}
    begin(world, stack, deleting(world, stack), token)
    return {}


OPERATIONS: dict[str, Operation] = {
    "CreateChangeSet": create_change_set,
    "DescribeChangeSet": describe_change_set,
    "ExecuteChangeSet": execute_change_set,
    "DeleteChangeSet": delete_change_set,
    "DescribeStacks": describe_stacks,
    "DescribeStackEvents": describe_events,
    "GetTemplate": get_template,
    "ListStackResources": list_resources,
    "DeleteStack": delete_stack,
}
