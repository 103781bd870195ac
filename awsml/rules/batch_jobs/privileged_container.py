"""A container runs with the rights of root on its machine.

GPUs do not need it: a requirement of type GPU, or of `nvidia.com/gpu` in a pod, gives the container
its devices.

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

from awsml.rules.batch_jobs._jobs import CONTAINERS, PODS, definition_of, on_fargate
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.VERIFIED
_KINDS = ("containers", "initContainers")
APIS = (*CONTAINERS, *(f"{pod}.{kind}[]" for pod in PODS for kind in _KINDS))
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/gpu-jobs.html"


def check(container: Part) -> Problems:
    in_pod = container["securityContext.privileged"]
    privileged = in_pod if in_pod.exists else container["privileged"]
    if privileged.flag and not on_fargate(definition_of(container)):
        message = f"`{container}` has the rights of root on its machine"
        gpu = "a limit of `nvidia.com/gpu`" if in_pod.exists else "a requirement of type GPU"
        yield Problem(privileged, message, f"remove it; {gpu} gives the devices")
