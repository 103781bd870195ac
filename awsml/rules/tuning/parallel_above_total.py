"""More training jobs may run at once than there are in all.

## Why
The number that can never be reached hides what was meant.

## Flagged
    HyperParameterTuningJobConfig: {ResourceLimits: {MaxNumberOfTrainingJobs: 4,
      MaxParallelTrainingJobs: 8}}

## Preferred
    HyperParameterTuningJobConfig: {ResourceLimits: {MaxNumberOfTrainingJobs: 8,
      MaxParallelTrainingJobs: 4}}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CONFIG, TUNING

LEVEL = Level.ERROR
CONFIDENCE = Confidence.INFERRED
APIS = (f"{TUNING}/{CONFIG}.ResourceLimits",)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceLimits.html"


def check(limits: Part) -> Problems:
    total, parallel = limits["MaxNumberOfTrainingJobs"], limits["MaxParallelTrainingJobs"]
    if total.number is not None and parallel.number is not None and parallel.number > total.number:
        yield Problem(
            parallel,
            f"{parallel.number} training jobs may run at once, and there are {total.number} in all",
            f"set `{parallel}` to {total.number} or less",
            related=((total, "in all"),),
        )
