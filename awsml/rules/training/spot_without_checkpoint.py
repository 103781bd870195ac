"""A Spot job that may run for hours keeps no checkpoints.

An interrupted Spot job starts again. Without `CheckpointConfig` it starts from nothing, and the
downloads and the training so far are paid for once more.

## Why
Expected time grows exponentially with the length of the job, (e^(T/m) - 1) m for T hours of work
and m hours between interruptions: six hours take nineteen where one interruption comes in three.

## Flagged
    EnableManagedSpotTraining: true
    StoppingCondition: {MaxRuntimeInSeconds: 36000, MaxWaitTimeInSeconds: 72000}

## Preferred
    EnableManagedSpotTraining: true
    StoppingCondition: {MaxRuntimeInSeconds: 36000, MaxWaitTimeInSeconds: 72000}
    CheckpointConfig: {S3Uri: "s3://example-bucket/checkpoints/resnet/"}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html"

_SHORT_SECONDS = 3600  # what AWS allows its own algorithms without checkpoints


def check(job: Part) -> Problems:
    if not job["EnableManagedSpotTraining"].flag or job["CheckpointConfig"].exists:
        return
    runtime = job["StoppingCondition.MaxRuntimeInSeconds"]
    if runtime.number is not None and runtime.number > _SHORT_SECONDS:
        yield Problem(
            job["EnableManagedSpotTraining"],
            f"a Spot job of up to {runtime.number / 3600:.1f} h has no checkpoints, and begins "
            "anew after each interruption",
            f"set `{job['CheckpointConfig.S3Uri']}`, and load the newest checkpoint at the start",
            related=((runtime, "this much work can be lost"),),
        )
