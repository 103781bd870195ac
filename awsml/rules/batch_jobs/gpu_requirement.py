"""A job asks for a part of a GPU, or for one on Fargate.

GPUs are given whole, and only on EC2 and managed instances.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      resourceRequirements:
        - {type: VCPU, value: "4"}
        - {type: MEMORY, value: "15000"}
        - {type: GPU, value: "0.5"}

## Preferred
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      resourceRequirements:
        - {type: VCPU, value: "4"}
        - {type: MEMORY, value: "15000"}
        - {type: GPU, value: "1"}

## AWS says
Value 0.5 for type GPU in resourceRequirement is not valid. Please provide a numeric value.
"""

import re

from awsml.rules.batch_jobs._jobs import (
    CONTAINERS,
    SUBMIT,
    definition_of,
    on_fargate,
    requirements,
)
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (*CONTAINERS, f"{SUBMIT}/containerOverrides")
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/gpu-jobs.html"


def check(container: Part) -> Problems:
    gpus = requirements(container).get("GPU")
    if gpus is None:
        return
    definition = definition_of(container)
    if on_fargate(definition):
        yield Problem(
            gpus,
            "Fargate has no GPUs",
            "use platformCapabilities: [EC2]",
            related=((definition["platformCapabilities"], "Fargate"),),
        )
    if gpus.text is not None and not re.fullmatch(r"[1-9]\d*", gpus.text):
        message = f"`{gpus.text}` is no whole number of GPUs"
        if re.fullmatch(r"0+", gpus.text):
            message = f"`{gpus}` is {gpus.text}, and a requirement is for at least 1 GPU"
        yield Problem(gpus, message, 'write "1", or leave the requirement out')
