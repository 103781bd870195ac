"""A training job is longer or larger than the quotas that an account starts with.

An account starts with 5 days for a training job and 20 instances in one, in each Region.

## Why
Where the quotas were not raised, CreateTrainingJob ends with ResourceLimitExceeded; AWS takes some
days to raise them.

## Flagged
    StoppingCondition: {MaxRuntimeInSeconds: 864000}
    ResourceConfig: {InstanceType: ml.p4d.24xlarge, InstanceCount: 2}

## Preferred
    StoppingCondition: {MaxRuntimeInSeconds: 432000}
    ResourceConfig: {InstanceType: ml.p4d.24xlarge, InstanceCount: 2}
"""

from awsml.catalog import limit
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-feature-processor-quotas.html"
)


def check(job: Part) -> Problems:
    runtime = job["StoppingCondition.MaxRuntimeInSeconds"]
    seconds = int(limit("training_runtime_quota").value)
    longest = limit("training_runtime_maximum").value
    if runtime.number is not None and seconds < runtime.number <= longest:
        yield Problem(
            runtime,
            f"`{runtime}` is {runtime.number / 86_400:.1f} days, and an account starts with "
            f"{seconds // 86_400}",
            'raise the quota "Longest run time for a training job" first',
        )
    resources = job["ResourceConfig"]
    groups = resources["InstanceGroups"]
    parts = [one["InstanceCount"] for one in groups.items] or [resources["InstanceCount"]]
    count = sum(part.number or 0 for part in parts)
    most = limit("training_instances_quota").value
    if count > most:
        yield Problem(
            groups if groups.exists else parts[0],
            f"`{resources}` asks for {count:g} instances, and an account starts with {most:g} for "
            "one job",
            'raise the quota "Maximum number of instances per training job" first',
        )
