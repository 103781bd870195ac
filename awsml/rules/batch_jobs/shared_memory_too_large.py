"""A container has more shared memory than memory.

What a program keeps in /dev/shm is part of the memory of its container.

## Why
The job is killed for its memory long before /dev/shm is full.

## Flagged
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      resourceRequirements: [{type: VCPU, value: "4"}, {type: MEMORY, value: "15000"}]
      linuxParameters: {sharedMemorySize: 200000}

## Preferred
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      resourceRequirements: [{type: VCPU, value: "4"}, {type: MEMORY, value: "15000"}]
      linuxParameters: {sharedMemorySize: 8192}
"""

from awsml.rules.batch_jobs._jobs import CONTAINERS, amount, requirements
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.INFERRED
APIS = CONTAINERS
SOURCE = "https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files"


def check(container: Part) -> Problems:
    shared = container["linuxParameters.sharedMemorySize"]
    if shared.number is None:
        return
    memory = requirements(container).get("MEMORY")
    limit = amount(memory) if memory is not None else container["memory"].number
    if limit is None or shared.number <= limit:
        return
    yield Problem(
        shared,
        f"{shared.number} MiB of shared memory in a container with {limit:.0f} MiB of memory",
        f"use {limit / 2:.0f} MiB or less, or ask for more memory",
        related=((memory, "the memory"),) if memory is not None else (),
    )
