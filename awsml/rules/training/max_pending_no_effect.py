"""A limit on pending time is set for a type that has no accelerator.

`MaxPendingTimeInSeconds` acts only on jobs that ask for accelerated types (ml.p, ml.g, ml.trn).

## Why
The job may wait far longer than the limit says.

## Flagged
    StoppingCondition: {MaxRuntimeInSeconds: 3600, MaxPendingTimeInSeconds: 7200}
    ResourceConfig: {InstanceType: ml.c5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}

## Preferred
    StoppingCondition: {MaxRuntimeInSeconds: 3600, MaxPendingTimeInSeconds: 7200}
    ResourceConfig: {InstanceType: ml.g5.xlarge, InstanceCount: 1}
"""

from awsml.catalog import instance
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html"


def check(job: Part) -> Problems:
    pending = job["StoppingCondition.MaxPendingTimeInSeconds"]
    part = job["ResourceConfig.InstanceType"]
    if not pending.exists or part.text is None:
        return
    machine = instance(part.text)
    if machine and not machine.accelerators:
        yield Problem(
            pending,
            f"`{pending}` has no effect on `{part.text}`",
            f"remove it; only accelerated types obey it, and `{part.text}` may wait longer",
            related=((part, "this type has no accelerator"),),
        )
