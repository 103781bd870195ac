"""Where the containers of Batch jobs stand, and on what they run."""

from __future__ import annotations

from math import isfinite, nan

from awsml.rules.rule import Part

REGISTER = "batch:RegisterJobDefinition"
SUBMIT = "batch:SubmitJob"

RANGES = f"{REGISTER}/nodeProperties.nodeRangeProperties[]"
TASKS = (
    f"{REGISTER}/ecsProperties.taskProperties[]",
    f"{RANGES}.ecsProperties.taskProperties[]",
)
PODS = (f"{REGISTER}/eksProperties.podProperties", f"{RANGES}.eksProperties.podProperties")
CONTAINERS = (
    f"{REGISTER}/containerProperties",
    f"{RANGES}.container",
    *(f"{task}.containers[]" for task in TASKS),
)


def definition_of(part: Part) -> Part:
    """The whole request that holds a part."""
    while part.path:
        part = part.around
    return part


def platforms(definition: Part) -> list[str]:
    """EC2, FARGATE or MANAGED_INSTANCES; Batch takes EC2 when none is given."""
    return [(one.text or "").upper() for one in definition["platformCapabilities"].items]


def on_fargate(definition: Part) -> bool:
    return "FARGATE" in platforms(definition)


def requirements(container: Part) -> dict[str, Part]:
    """The first requirement of each type."""
    found: dict[str, Part] = {}
    for one in container["resourceRequirements"].items:
        if one["type"].text:
            found.setdefault(one["type"].text.upper(), one["value"])
    return found


def amount(part: Part | None) -> float | None:
    """The number in a requirement, which is a string."""
    try:
        value = float(part.text or "") if part is not None else nan
    except ValueError:
        return None
    return value if isfinite(value) else None
