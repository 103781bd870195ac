"""A job with a GPU has no time limit.

Batch has no default: a job that hangs runs, and is paid, until somebody sees it.

## Why
A GPU that waits costs as much as one that computes.

## Flagged
    jobDefinitionName: train
    type: container
    containerProperties: {image: busybox, resourceRequirements: [{type: GPU, value: "1"}]}

## Preferred
    jobDefinitionName: train
    type: container
    containerProperties: {image: busybox, resourceRequirements: [{type: GPU, value: "1"}]}
    timeout: {attemptDurationSeconds: 21600}
"""

from awsml.rules.batch_jobs._jobs import REGISTER, requirements
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.wording import either

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html"


def check(definition: Part) -> Problems:
    gpus = requirements(definition["containerProperties"]).get("GPU")
    if gpus is not None and not definition["timeout"].exists:
        yield Problem(
            gpus,
            "the job has a GPU and no time limit",
            either(
                definition,
                "write `timeout: 12h`, twice the time that you expect",
                "add `timeout.attemptDurationSeconds`, twice the time that you expect",
            ),
        )
