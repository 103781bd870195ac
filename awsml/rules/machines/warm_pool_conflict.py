"""A warm pool is asked for where AWS has none.

`KeepAlivePeriodInSeconds` keeps the instances for the next job. It works neither with Spot nor with
instance groups.

## Why
AWS refuses the request. Above an hour the user guide and the API disagree about what is allowed.

## Flagged
    EnableManagedSpotTraining: true
    StoppingCondition: {MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200}
    ResourceConfig: {InstanceType: ml.g5.xlarge, InstanceCount: 1, KeepAlivePeriodInSeconds: 600}

## Preferred
    StoppingCondition: {MaxRuntimeInSeconds: 3600}
    ResourceConfig: {InstanceType: ml.g5.xlarge, InstanceCount: 1, KeepAlivePeriodInSeconds: 600}
"""

from awsml.catalog import limit
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html"

_GUIDE_MAXIMUM_SECONDS = 3600


def check(job: Part) -> Problems:
    keep = job["ResourceConfig.KeepAlivePeriodInSeconds"]
    if not keep.number:
        return
    spot, groups = job["EnableManagedSpotTraining"], job["ResourceConfig.InstanceGroups"]
    hint = f"remove `{keep}`"
    if spot.flag:
        related = ((spot, "Spot is switched on here"),)
        yield Problem(keep, "a Spot job cannot keep its instances warm", hint, related)
    if groups.items:
        related = ((groups, "these are the groups"),)
        yield Problem(keep, "instance groups cannot be kept warm", hint, related)
    if _GUIDE_MAXIMUM_SECONDS < keep.number <= limit("training_keep_alive_maximum").value:
        yield Problem(
            keep,
            f"instances are kept for {keep.number} s, and the user guide allows "
            f"{_GUIDE_MAXIMUM_SECONDS}",
            "keep them for an hour or less: the idle time is paid",
            level=Level.WARNING,
        )
