"""A Spot job may wait and run for less time than it may run.

`MaxWaitTimeInSeconds` counts waiting and running together, so it is never below
`MaxRuntimeInSeconds`. Equal values are accepted, and leave no time to wait.

## Why
AWS refuses the request.

## Flagged
    EnableManagedSpotTraining: true
    StoppingCondition: {MaxRuntimeInSeconds: 7200, MaxWaitTimeInSeconds: 3600}

## Preferred
    EnableManagedSpotTraining: true
    StoppingCondition: {MaxRuntimeInSeconds: 7200, MaxWaitTimeInSeconds: 14400}

## AWS says
Invalid MaxWaitTimeInSeconds. It must be equal to or greater than MaxRuntimeInSeconds
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS
from awsml.rules.wording import seconds

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html"


def check(job: Part) -> Problems:
    wait = job["StoppingCondition.MaxWaitTimeInSeconds"]
    runtime = job["StoppingCondition.MaxRuntimeInSeconds"]
    if wait.number is None or runtime.number is None or wait.number >= runtime.number:
        return
    yield Problem(
        wait,
        f"`{wait}` is {wait.number} s, below `{runtime}` of {runtime.number} s",
        f"set `{wait}` to {seconds(wait, runtime.number)} or more: it counts waiting and running "
        "together",
        related=((runtime, f"the run alone may take {runtime.number} s"),),
    )
