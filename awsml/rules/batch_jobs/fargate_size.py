"""A job on Fargate asks for a size that is not offered.

Fargate has 0.25 to 32 vCPUs in steps, and for each a list of amounts of memory. The only container
of a task has one of these sizes as well.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: small
    type: container
    platformCapabilities: [FARGATE]
    containerProperties:
      image: busybox
      resourceRequirements: [{type: VCPU, value: "1"}, {type: MEMORY, value: "1024"}]

## Preferred
    jobDefinitionName: small
    type: container
    platformCapabilities: [FARGATE]
    containerProperties:
      image: busybox
      resourceRequirements: [{type: VCPU, value: "1"}, {type: MEMORY, value: "2048"}]

## AWS says
Fargate resource requirements (1.00 vCPU, 1024 MiB) not valid.
"""

from awsml.catalog import fargate_sizes
from awsml.rules.batch_jobs._jobs import (
    REGISTER,
    TASKS,
    amount,
    definition_of,
    on_fargate,
    requirements,
)
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.units import counted

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{REGISTER}/containerProperties", f"{TASKS[0]}.containers[]")
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html"


def check(container: Part) -> Problems:
    if not on_fargate(definition_of(container)):
        return
    if container.path.endswith("]") and len(container.around["containers"].items) > 1:
        return  # several share the size of their task
    found = requirements(container)
    vcpus, memory = found.get("VCPU"), found.get("MEMORY")
    number, size = amount(vcpus), amount(memory)
    sizes = fargate_sizes()
    if vcpus is None:
        return
    if number is None:
        if vcpus.text is not None:
            message = f"`{vcpus.text}` is no number of vCPUs"
            yield Problem(vcpus, message, 'write the number alone: "1"')
        return
    if number not in sizes:
        offered = ", ".join(f"{one:g}" for one in sizes)
        message = f"Fargate does not offer {counted(number, 'vCPU')}"
        yield Problem(vcpus, message, f"use one of {offered}")
    elif memory is not None and size is not None and size not in sizes[number]:
        near = min(sizes[number], key=lambda one: (one < size, abs(one - size)))
        yield Problem(
            memory,
            f"Fargate does not offer {size:g} MiB with {counted(number, 'vCPU')}: "
            f"{sizes[number][0]} to {sizes[number][-1]} in steps",
            f'write "{near}"',
            related=((vcpus, "the vCPUs"),),
            fix=f'"{near}"',
        )
