"""A job does not say how long it may run.

Without `MaxRuntimeInSeconds` SageMaker lets a job run for a day.

## Why
A job that hangs is paid for until the limit. A limit near the expected time is the one cap on
spending that AWS itself enforces.

## Flagged
    StoppingCondition: {}
    ResourceConfig: {InstanceType: ml.g5.2xlarge, InstanceCount: 4}

## Preferred
    StoppingCondition: {MaxRuntimeInSeconds: 14400}
    ResourceConfig: {InstanceType: ml.g5.2xlarge, InstanceCount: 4}
"""

from awsml.catalog import limit, price
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html"


def check(job: Part) -> Problems:
    condition = job["StoppingCondition"]
    runtime = condition["MaxRuntimeInSeconds"]
    if not condition.exists or runtime.exists:
        return
    hours = limit("training_runtime_default").value / 3600
    cost = _cost(job, hours)
    bill = f", for ${cost:,.2f}" if cost is not None else ""
    yield Problem(
        runtime,
        f"nothing limits the job's time: if it hangs, it runs for {hours:.0f} h{bill}",
        f"set `{runtime}` to a little more than it should take",
        usd=cost,
    )


def _cost(job: Part, hours: float) -> float | None:
    """What the job costs in that time; None where its price is not known."""
    region = job.plan.region
    part, count = job["ResourceConfig.InstanceType"], job["ResourceConfig.InstanceCount"]
    if region is None or part.text is None or count.number is None:
        return None
    known = price("training", part.text, region)
    return float(known.usd) * hours * count.number if known else None
