"""A job names both an image and an algorithm, or neither.

`TrainingImage` is a container of yours or of AWS; `AlgorithmName` is an algorithm resource of the
account or of AWS Marketplace. A job takes exactly one.

## Why
AWS refuses the request, or the job breaks at the start.

## Flagged
    AlgorithmSpecification:
      TrainingInputMode: File
      TrainingImage: 111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1
      AlgorithmName: mine

## Preferred
    AlgorithmSpecification:
      TrainingInputMode: File
      TrainingImage: 111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS, within

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = within(TRAINING_JOBS, "AlgorithmSpecification")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html"


def check(specification: Part) -> Problems:
    image, algorithm = specification["TrainingImage"], specification["AlgorithmName"]
    if image.exists and algorithm.exists:
        yield Problem(
            algorithm,
            "an image and an algorithm are given, and a job takes one of them",
            f"remove `{algorithm}` or `{image}`",
            related=((image, "the image"),),
        )
    elif not image.exists and not algorithm.exists:
        yield Problem(
            specification,
            "neither an image nor an algorithm is given",
            f"set `{image}` or `{algorithm}`",
        )
