"""EventBridge Scheduler: schedules that are kept, listed and deleted; none of them fires."""

from __future__ import annotations

from typing import Any

from tests.fake_aws.world import Operation, Refusal, World

_NOUN = "Schedule"
_GROUP = "default"


def _create(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    name = params["Name"]
    arn = world.arn("scheduler", region, f"schedule/{_GROUP}/{name}")
    if world.exists(region, _NOUN, name):
        raise Refusal("ConflictException", f"Schedule {name} already exists.", 409)
    world.put(region, _NOUN, name, {"request": params, "arn": arn})
    return {"ScheduleArn": arn}


def _listed(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    found = [one["request"]["Name"] for one in world.all(region, _NOUN)]
    named = [name for name in found if name.startswith(params.get("NamePrefix", ""))]
    return {"Schedules": [{"Name": name, "GroupName": _GROUP} for name in named]}


def _one(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    name = params["Name"]
    if not world.exists(region, _NOUN, name):
        raise Refusal("ResourceNotFoundException", f"Schedule {name} does not exist.", 404)
    request: dict[str, Any] = world.things[(region, _NOUN, name)]["request"]
    return request


def _delete(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    _one(world, region, params)
    del world.things[(region, _NOUN, params["Name"])]
    return {}


OPERATIONS: dict[str, Operation] = {
    "CreateSchedule": _create,
    "ListSchedules": _listed,
    "GetSchedule": _one,
    "DeleteSchedule": _delete,
}
