"""A Spot job has no limit on how long it may wait and run.

Managed Spot training needs `StoppingCondition.MaxWaitTimeInSeconds`: the time for waiting for
capacity and for running, interruptions included.

## Why
AWS refuses the request.

## Flagged
    EnableManagedSpotTraining: true
    StoppingCondition: {MaxRuntimeInSeconds: 3600}

## Preferred
    EnableManagedSpotTraining: true
    StoppingCondition: {MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS
from awsml.rules.wording import seconds

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html"


def check(job: Part) -> Problems:
    spot = job["EnableManagedSpotTraining"]
    wait = job["StoppingCondition.MaxWaitTimeInSeconds"]
    if spot.flag and not wait.exists:
        runtime = job["StoppingCondition.MaxRuntimeInSeconds"]
        at_least = f" to {seconds(wait, runtime.number)} or more" if runtime.number else ""
        yield Problem(
            spot,
            "a Spot job must say how long it may wait",
            f"set `{wait}`{at_least}: it counts waiting and running together",
            related=((runtime, "the run alone may take this long"),) if runtime.exists else (),
        )
