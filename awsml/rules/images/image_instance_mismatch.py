"""An image for GPUs runs on a machine without one, or an image for CPUs on a GPU.

Tags of AWS's Deep Learning Containers say `gpu` or `cpu`.

## Why
A CPU image leaves a paid GPU idle. A GPU image on a CPU is slow, and some do not start.

## Flagged
    AlgorithmSpecification:
      TrainingImage: 763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6-cpu-py312
    ResourceConfig: {InstanceType: ml.g5.2xlarge, InstanceCount: 1}

## Preferred
    AlgorithmSpecification:
      TrainingImage: 763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6-gpu-py312
    ResourceConfig: {InstanceType: ml.g5.2xlarge, InstanceCount: 1}
"""

import re

from awsml.catalog import instance
from awsml.rules.arns import parse_image
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://github.com/aws/deep-learning-containers/blob/master/available_images.md"

_DEVICE = re.compile(r"(?:^|-)(cpu|gpu)(?:-|$)")


def check(job: Part) -> Problems:
    image, part = job["AlgorithmSpecification.TrainingImage"], job["ResourceConfig.InstanceType"]
    parsed = parse_image(image.text or "")
    found = _DEVICE.search(parsed.tag) if parsed and parsed.tag else None
    machine = instance(part.text) if found and part.text else None
    if found is None or machine is None or found.group(1) == ("gpu" if machine.gpus else "cpu"):
        return
    if machine.gpus:
        fact = f"the image is for CPUs, and `{part.text}` has {machine.gpus} GPU"
        hint = "use the gpu image, or a type without a GPU"
    else:
        fact = f"the image is for GPUs, and `{part.text}` has none"
        hint = "use a GPU type, or the cpu image"
    yield Problem(image, fact, hint, related=((part, "the machine"),))
