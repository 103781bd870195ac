"""An image has no code for the GPU that it is to run on.

Each build of a framework carries code for a range of GPUs: new CUDA releases drop the V100, old
ones do not know the H100.

## Why
The job starts, is billed, and fails at its first operation on the GPU.

## Flagged
    AlgorithmSpecification:
      TrainingImage: 763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.10-gpu-py313
    ResourceConfig: {InstanceType: ml.p3dn.24xlarge, InstanceCount: 1}

## Preferred
    AlgorithmSpecification:
      TrainingImage: 763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.10-gpu-py313
    ResourceConfig: {InstanceType: ml.g5.2xlarge, InstanceCount: 1}
"""

from awsml.catalog import instance, misfit, published
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/"


def check(job: Part) -> Problems:
    image, part = job["AlgorithmSpecification.TrainingImage"], job["ResourceConfig.InstanceType"]
    facts = published(image.text or "")
    machine = instance(part.text) if facts and part.text else None
    wrong = misfit(facts.framework, facts.cuda, machine) if facts and machine else None
    if wrong:
        yield Problem(
            image,
            wrong.reason,
            "use an image of an earlier CUDA release, or another instance type",
            related=((part, "the machine"),),
        )
