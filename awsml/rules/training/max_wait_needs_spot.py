"""A time to wait for Spot capacity is given, and the job does not use Spot.

`StoppingCondition.MaxWaitTimeInSeconds` limits the wait for Spot capacity plus the run. On-demand
jobs have no such limit.

## Why
AWS refuses the request.

## Flagged
    StoppingCondition: {MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200}

## Preferred
    EnableManagedSpotTraining: true
    StoppingCondition: {MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200}

## AWS says
Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html"


def check(job: Part) -> Problems:
    wait = job["StoppingCondition.MaxWaitTimeInSeconds"]
    spot = job["EnableManagedSpotTraining"]
    if wait.exists and not spot.flag:
        yield Problem(
            wait,
            f"`{wait}` is only for Spot training, and Spot is off",
            f"remove `{wait}`, or set `{spot}` to true",
            related=((spot, "Spot is switched off here"),) if spot.exists else (),
        )
