"""A built-in algorithm that keeps no checkpoints is to run on Spot for more than an hour.

SageMaker's own algorithms that cannot checkpoint are limited to a `MaxWaitTimeInSeconds` of an
hour.

## Why
AWS refuses the request.

## Flagged
    EnableManagedSpotTraining: true
    AlgorithmSpecification:
      TrainingImage: 382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1
    StoppingCondition: {MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200}

## Preferred
    EnableManagedSpotTraining: true
    AlgorithmSpecification:
      TrainingImage: 382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1
    StoppingCondition: {MaxRuntimeInSeconds: 3000, MaxWaitTimeInSeconds: 3600}
"""

from awsml.catalog import algorithm_of_image
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS
from awsml.rules.wording import seconds

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html"

_LONGEST_SECONDS = 3600


def check(job: Part) -> Problems:
    wait = job["StoppingCondition.MaxWaitTimeInSeconds"]
    image = job["AlgorithmSpecification.TrainingImage"]
    if wait.number is None or wait.number <= _LONGEST_SECONDS or image.text is None:
        return
    algorithm = algorithm_of_image(image.text)
    if algorithm and not algorithm.checkpoints and job["EnableManagedSpotTraining"].flag:
        yield Problem(
            wait,
            f"{algorithm.title} keeps no checkpoints, and may wait and run on Spot for "
            f"{_LONGEST_SECONDS} s at most",
            f"set `{wait}` to {seconds(wait, _LONGEST_SECONDS)}, or turn Spot off",
            related=((image, f"this is the image of {algorithm.title}"),),
        )
