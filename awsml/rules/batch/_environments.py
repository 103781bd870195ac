"""What kind of machines a compute environment has, and the words for them."""

from __future__ import annotations

import re
from functools import cache

from awsml.catalog import Life, ec2_name, instances_of
from awsml.rules.rule import Part

CREATE = "batch:CreateComputeEnvironment"
QUEUE = "batch:CreateJobQueue"
POLICY = "batch:CreateSchedulingPolicy"
RESOURCES = f"{CREATE}/computeResources"

BUNDLES = ("optimal", "default_x86_64", "default_arm64")
_GRAVITON = re.compile(r"[a-z]+\d+g[a-z]*|a1")


def kind_of(resources: Part) -> str | None:
    """EC2, SPOT, FARGATE, FARGATE_SPOT or ECS_MANAGED_INSTANCES; Batch ignores the case."""
    text = resources["type"].text
    return text.upper() if text else None


def is_fargate(resources: Part) -> bool:
    return (kind_of(resources) or "").startswith("FARGATE")


def on_machines(resources: Part) -> bool:
    """Whether it launches EC2 instances that the request describes."""
    return kind_of(resources) in ("EC2", "SPOT")


def strategy_of(resources: Part) -> str:
    """The allocation strategy; without one Batch takes BEST_FIT."""
    return (resources["allocationStrategy"].text or "BEST_FIT").upper()


@cache
def is_arm(name: str) -> bool:
    """Whether a type, a family or a bundle is Graviton's."""
    if name == "default_arm64":
        return True
    family = name.partition(".")[0]
    known = instances_of(family)
    if known:
        return known[0].architecture == "arm64"
    return _GRAVITON.fullmatch(family) is not None


def retired(name: str) -> tuple[Life, ...]:
    """What became of a type, or of each type of a family; nothing while one of them lives."""
    found = instances_of(ec2_name(name))
    if not found or not all(one.retired for one in found):
        return ()
    return tuple(one.life for one in found if one.life is not None)
