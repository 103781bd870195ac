"""Endpoints: models, configurations, endpoints that take their time, and their scaling."""

from __future__ import annotations

from typing import Any

from tests.fake_aws.world import Operation, Refusal, World

_SETTLING_SECONDS = 120.0
_NOUNS = ("Model", "EndpointConfig", "Endpoint")


def _key(noun: str) -> str:
    return f"{noun}Name"


def _creating(noun: str) -> Operation:
    def create(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
        name = params[_key(noun)]
        arn = world.arn("sagemaker", region, f"{noun.lower()}/{name}")
        if world.exists(region, noun, name):
            words = f"Cannot create already existing {noun.lower()} {arn!r}."
            raise Refusal("ValidationException", words)
        if noun == "Endpoint":
            _found(world, region, "EndpointConfig", params[_key("EndpointConfig")])
        request = {key: value for key, value in params.items() if key != "Tags"}
        kept = {"request": request, "arn": arn, "tags": params.get("Tags", [])}
        world.put(region, noun, name, {**kept, "moved": world.clock.now, "verb": "Creating"})
        return {f"{noun}Arn": arn}

    return create


def _describing(noun: str) -> Operation:
    def describe(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
        thing = _found(world, region, noun, params[_key(noun)])
        told = thing["request"] | {f"{noun}Arn": thing["arn"], "CreationTime": thing["_created"]}
        return told | (_standing(world, region, thing) if noun == "Endpoint" else {})

    return describe


def _deleting(noun: str) -> Operation:
    def delete(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
        _found(world, region, noun, params[_key(noun)])
        del world.things[(region, noun, params[_key(noun)])]
        return {}

    return delete


def _standing(world: World, region: str, endpoint: dict[str, Any]) -> dict[str, Any]:
    moving = world.clock.now < endpoint["moved"] + _SETTLING_SECONDS
    config = _found(world, region, "EndpointConfig", endpoint["request"][_key("EndpointConfig")])
    variants = config["request"]["ProductionVariants"]
    return {
        "EndpointStatus": endpoint["verb"] if moving else "InService",
        "LastModifiedTime": endpoint["moved"],
        "ProductionVariants": [{"VariantName": one["VariantName"]} for one in variants],
    }


def update(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    endpoint = _found(world, region, "Endpoint", params[_key("Endpoint")])
    if _standing(world, region, endpoint)["EndpointStatus"] != "InService":
        words = f"Cannot update in-progress endpoint {endpoint['arn']!r}."
        raise Refusal("ValidationException", words)
    _found(world, region, "EndpointConfig", params[_key("EndpointConfig")])
    endpoint["request"][_key("EndpointConfig")] = params[_key("EndpointConfig")]
    endpoint |= {"moved": world.clock.now, "verb": "Updating"}
    return {"EndpointArn": endpoint["arn"]}


def _found(world: World, region: str, noun: str, name: str) -> dict[str, Any]:
    thing = world.get(region, noun, name)
    if thing is None:
        arn = world.arn("sagemaker", region, f"{noun.lower()}/{name}")
        raise Refusal("ValidationException", f"Could not find {noun.lower()} {arn!r}.")
    return thing


def register(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    world.put(region, "scaling", params["ResourceId"], dict(params))
    return {}


def targets(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    wanted = params.get("ResourceIds", ())
    found = [one for one in world.all(region, "scaling") if one["ResourceId"] in wanted]
    return {"ScalableTargets": [_plain(one) for one in found]}


def deregister(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    world.things.pop((region, "scaling", params["ResourceId"]), None)
    return {}


def put_policy(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    if not world.exists(region, "scaling", params["ResourceId"]):
        raise Refusal("ObjectNotFoundException", "No scalable target registered")
    world.put(region, "policy", params["PolicyName"], dict(params))
    return {"PolicyARN": world.arn("autoscaling", region, params["PolicyName"]), "Alarms": []}


def policies(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    wanted = params.get("ResourceId")
    found = [one for one in world.all(region, "policy") if one["ResourceId"] == wanted]
    return {"ScalingPolicies": [_plain(one) for one in found]}


def delete_policy(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    world.things.pop((region, "policy", params["PolicyName"]), None)
    return {}


def _plain(thing: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in thing.items() if not key.startswith("_")}


OPERATIONS: dict[str, Operation] = {
    **{f"Create{noun}": _creating(noun) for noun in _NOUNS},
    **{f"Describe{noun}": _describing(noun) for noun in _NOUNS},
    **{f"Delete{noun}": _deleting(noun) for noun in _NOUNS},
    "UpdateEndpoint": update,
}
SCALING: dict[str, Operation] = {
    "RegisterScalableTarget": register,
    "DescribeScalableTargets": targets,
    "DeregisterScalableTarget": deregister,
    "PutScalingPolicy": put_policy,
    "DescribeScalingPolicies": policies,
    "DeleteScalingPolicy": delete_policy,
}
