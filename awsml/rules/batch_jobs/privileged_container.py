"""A container runs with the rights of root on its machine.

GPUs do not need it: a requirement of type GPU gives the container its devices.

## Why
Whatever runs in the container owns the machine, and every other job on it.

## Flagged
    jobDefinitionName: train
    type: container
    containerProperties: {image: busybox, privileged: true}

## Preferred
    jobDefinitionName: train
    type: container
    containerProperties: {image: busybox, resourceRequirements: [{type: GPU, value: "1"}]}
"""

from awsml.rules.batch_jobs._jobs import CONTAINERS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.VERIFIED
APIS = CONTAINERS
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/gpu-jobs.html"


def check(container: Part) -> Problems:
    privileged = container["privileged"]
    if privileged.flag:
        message = f"`{container}` has the rights of root on its machine"
        yield Problem(privileged, message, "remove it; a requirement of type GPU gives the devices")
