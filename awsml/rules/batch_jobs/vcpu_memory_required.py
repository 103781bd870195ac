"""A container does not say how many vCPUs and how much memory it needs, or says it twice.

Each once, as `resourceRequirements` or, on EC2, as the older `vcpus` and `memory`. vCPUs on EC2
are a whole number from 1, memory is in MiB from 4; both are strings.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      resourceRequirements: [{type: MEMORY, value: "2048"}]

## Preferred
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      resourceRequirements: [{type: MEMORY, value: "2048"}, {type: VCPU, value: "1"}]

## AWS says
vCPU is not provided.
"""

import re

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import (
    CONTAINERS,
    SUBMIT,
    amount,
    definition_of,
    on_fargate,
    requirements,
)
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
_OVERRIDES = f"{SUBMIT}/containerOverrides"
APIS = (*CONTAINERS[:2], _OVERRIDES)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html"

_LEGACY = {"VCPU": "vcpus", "MEMORY": "memory"}


def check(container: Part) -> Problems:
    found = requirements(container)
    required = found.get("MEMORY")
    if container.path == "containerOverrides":  # says no more than it changes
        vcpus = found.get("VCPU")
        if vcpus is not None and vcpus.text is not None and amount(vcpus) is None:
            yield Problem(vcpus, f"`{vcpus.text}` is no number of vCPUs", 'write "1" or more')
    else:
        yield from _given_once(container, found)
        if not on_fargate(definition_of(container)):
            yield from _vcpus(found.get("VCPU"))
    if required is not None and required.text is not None and not required.text.isdigit():
        message = f"`{required.text}` is no whole number of MiB"
        yield Problem(required, message, 'write the number alone: "2048" is 2 GiB')
    memory = container["memory"] if container["memory"].exists else required
    size, least = None, int(limit("batch_memory_minimum").value)
    if memory is not None:
        size = amount(memory) if memory.number is None else memory.number
    if memory is not None and size is not None and size < least:
        message = f"`{memory}` is {size:g} MiB, below {least}"
        yield Problem(memory, message, "memory is in MiB: 2048 is 2 GiB")


def _given_once(container: Part, found: dict[str, Part]) -> Problems:
    yield from _twice(container, found)
    for kind, legacy in _LEGACY.items():
        old, new = container[legacy], found.get(kind)
        if old.exists and new is not None:
            message = f"{kind} is given as `{old}` and as a requirement"
            yield Problem(old, message, "remove it", related=((new, "the requirement"),))
        elif not old.exists and new is None:
            what = "vCPUs" if kind == "VCPU" else "MiB of memory"
            yield Problem(
                container,
                f"`{container}` does not say how many {what} it needs",
                f"add a {kind} entry with its number to `{container['resourceRequirements']}`",
            )


def _vcpus(vcpus: Part | None) -> Problems:
    if vcpus is None or vcpus.text is None:
        return
    if not re.fullmatch(r"[0-9]{1,9}", vcpus.text):
        whole = max(1, round(amount(vcpus) or 1))
        message = f"`{vcpus.text}` is no whole number of vCPUs"
        yield Problem(vcpus, message, f'write "{whole}"', fix=f'"{whole}"')
    elif int(vcpus.text) < 1:
        yield Problem(vcpus, f"`{vcpus}` is {vcpus.text}, below 1", 'write "1" or more')


def _twice(container: Part, found: dict[str, Part]) -> Problems:
    for one in container["resourceRequirements"].items:
        first = found.get((one["type"].text or "").upper())
        if first is not None and first.path != one["value"].path:
            message = f"{one['type'].text} is required twice"
            yield Problem(one, message, "remove one", related=((first, "the first"),))
