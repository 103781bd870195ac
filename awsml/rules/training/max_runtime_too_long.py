"""A training job may run for longer than SageMaker allows.

## Why
The service takes at most 28 days for `MaxRuntimeInSeconds`, although its model has no maximum. A
job of any kind ends after 30 days in all.

## Flagged
    StoppingCondition: {MaxRuntimeInSeconds: 5184000}

## Preferred
    StoppingCondition: {MaxRuntimeInSeconds: 2419200}
"""

from awsml.catalog import limit
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS
from awsml.rules.wording import seconds

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html"


def check(job: Part) -> Problems:
    runtime = job["StoppingCondition.MaxRuntimeInSeconds"]
    longest = int(limit("training_runtime_maximum").value)
    if runtime.number is not None and runtime.number > longest:
        yield Problem(
            runtime,
            f"`{runtime}` is {runtime.number / 86_400:.1f} days, and {longest // 86_400} are the "
            "most",
            f"set it to {seconds(runtime, longest)} or less, and continue from a checkpoint in a "
            "second job",
        )
