"""A compute environment names no instance types, mixes architectures, or names SageMaker's.

Types, families (`g5`) and the bundles `optimal`, `default_x86_64` and `default_arm64`, all of one
architecture. A name that no type has is a warning, since Batch knows new types first.

## Why
AWS refuses the request.

## Flagged
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources: {type: EC2, instanceTypes: [m7g.xlarge, m7i.xlarge]}

## Preferred
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources: {type: EC2, instanceTypes: [m7i.xlarge, c7i.xlarge]}

## AWS says
arm-based instance type cannot be used with other instance types
"""

import re

from awsml.catalog import instances, instances_of
from awsml.nearness import nearest
from awsml.rules.batch._environments import BUNDLES, RESOURCES, is_arm, on_machines
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (RESOURCES,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html"

_SIZE = re.compile(r"nano|micro|small|medium|(\d+x|x)?large|metal(-\d+xl)?")
# The catalogue knows all of these of a family; not all that are smaller, and none that are metal.
_LISTED_SIZE = re.compile(r"(\d+x|x)large")
_FAMILY = re.compile(r"[a-z]{1,3}\d+[a-z]*(-[a-z0-9]+)?|mac-[a-z0-9]+|u-\d+tb\d")


def check(resources: Part) -> Problems:
    types = resources["instanceTypes"]
    if not on_machines(resources):
        return
    if types.value is None or types.value == []:  # what is no list is another complaint
        at = types if types.exists else resources
        yield Problem(at, "no instance types are named", "add families, such as [g5, g6]")
    arm: Part | None = None
    other: Part | None = None
    for one in types.items:
        name = one.text
        if name is None:
            continue
        if name.startswith("ml."):
            short = name.removeprefix("ml.")
            message = f"`{name}` is a name of SageMaker"
            yield Problem(one, message, f"use {short}", fix=short)
            name = short
        yield from _misspelt(one, name)
        if is_arm(name):
            arm = arm or one
        else:
            other = other or one
    if arm is not None and other is not None:
        yield Problem(
            arm,
            f"`{arm.text}` is Graviton and `{other.text}` is x86",
            "use an environment for each",
            related=((other, "x86"),),
        )


def _misspelt(part: Part, name: str) -> Problems:
    """A warning only: Batch knows types before the catalogue does."""
    family, _, size = name.partition(".")
    if name in BUNDLES:
        return
    if size and not _SIZE.fullmatch(size):
        message = f"`{size}` is no size of an instance type"
    elif not _FAMILY.fullmatch(family):
        message = f"`{name}` is no instance type or family"
    elif _LISTED_SIZE.fullmatch(size) and instances_of(family) and not instances_of(name):
        message = f"`{family}` comes in no size `{size}`"
    else:
        return
    known = {*BUNDLES, *(i.family for i in instances()), *(i.name for i in instances())}
    near = nearest(name.lower(), known, 3)
    hint = f"check the name; near are {', '.join(near)}" if near else "check the name"
    yield Problem(part, message, hint, level=Level.WARNING)
