"""EC2: the networks that an account has; one default VPC unless a test takes it away."""

from __future__ import annotations

from typing import Any

from tests.fake_aws.world import Operation, World

NETWORK = "network"
DEFAULT = {"vpc": "vpc-1", "subnets": ("subnet-b", "subnet-a"), "group": "sg-1"}


def set_network(world: World, network: dict[str, Any] | None) -> None:
    """What the region has instead of the usual default VPC; None is a region without one."""
    world.put("", NETWORK, "default", {"network": network})


def _network(world: World) -> dict[str, Any] | None:
    kept = world.get("", NETWORK, "default")
    return DEFAULT if kept is None else kept["network"]


def vpcs(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    network = _network(world)
    return {"Vpcs": [] if network is None else [{"VpcId": network["vpc"], "IsDefault": True}]}


def subnets(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    network = _network(world) or {"subnets": ()}
    return {"Subnets": [{"SubnetId": name} for name in network["subnets"]]}


def groups(world: World, region: str, params: dict[str, Any]) -> dict[str, Any]:
    network = _network(world)
    found = [] if network is None else [{"GroupId": network["group"], "GroupName": "default"}]
    return {"SecurityGroups": found}


OPERATIONS: dict[str, Operation] = {
    "DescribeVpcs": vpcs,
    "DescribeSubnets": subnets,
    "DescribeSecurityGroups": groups,
}
