"""A built-in algorithm is given machines that it cannot use.

Image Classification, Object Detection, Semantic Segmentation and Seq2Seq train on GPUs only; some
algorithms train on one instance only.

## Why
The job fails after its start, or the further instances are paid for and idle.

## Flagged
    AlgorithmSpecification:
      TrainingImage: 811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1
    ResourceConfig: {InstanceType: ml.c5.4xlarge, InstanceCount: 1, VolumeSizeInGB: 50}

## Preferred
    AlgorithmSpecification:
      TrainingImage: 811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1
    ResourceConfig: {InstanceType: ml.g4dn.2xlarge, InstanceCount: 1}
"""

from awsml.catalog import instance
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS
from awsml.rules.training._algorithms import algorithm_of

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/common-info-all-im-models.html"


def check(job: Part) -> Problems:
    algorithm = algorithm_of(job)
    if algorithm is None:
        return
    image = (job["AlgorithmSpecification.TrainingImage"], f"the image of {algorithm.title}")
    part, count = job["ResourceConfig.InstanceType"], job["ResourceConfig.InstanceCount"]
    machine = instance(part.text) if part.text else None
    if machine and algorithm.needs_gpu and not machine.gpus:
        yield Problem(
            part,
            f"{algorithm.title} trains on GPUs only, and `{part.text}` has none",
            f"use a type of {', '.join(algorithm.training_families)}",
            related=(image,),
        )
    if count.number and count.number > 1 and algorithm.multi_instance == "no":
        yield Problem(
            count,
            f"{algorithm.title} trains on one instance, and {count.number} are asked for",
            f"set `{count}` to 1, and take a larger type",
            related=(image,),
        )
