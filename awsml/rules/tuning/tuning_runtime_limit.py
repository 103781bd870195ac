"""The time limit of a tuning job ends it before its training jobs can all have run.

`ResourceLimits.MaxRuntimeInSeconds` is for the whole tuning job, the StoppingCondition for each
training job.

## Why
The search stops early, with the running training jobs cut off and paid for.

## Flagged
    HyperParameterTuningJobConfig:
      ResourceLimits: {MaxNumberOfTrainingJobs: 20, MaxParallelTrainingJobs: 2,
        MaxRuntimeInSeconds: 3600}
    TrainingJobDefinition: {StoppingCondition: {MaxRuntimeInSeconds: 3600}}

## Preferred
    HyperParameterTuningJobConfig:
      ResourceLimits: {MaxNumberOfTrainingJobs: 20, MaxParallelTrainingJobs: 2,
        MaxRuntimeInSeconds: 36000}
    TrainingJobDefinition: {StoppingCondition: {MaxRuntimeInSeconds: 3600}}
"""

from math import ceil

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CONFIG, TUNING, definitions
from awsml.rules.wording import seconds

LEVEL = Level.WARNING
ALSO = (Level.ADVICE,)
CONFIDENCE = Confidence.VERIFIED
APIS = (TUNING,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceLimits.html"


def check(job: Part) -> Problems:
    limits = job[f"{CONFIG}.ResourceLimits"]
    whole = limits["MaxRuntimeInSeconds"]
    total = limits["MaxNumberOfTrainingJobs"].number
    parallel = limits["MaxParallelTrainingJobs"].number
    if whole.number is None or not total or parallel is None or parallel < 1:
        return
    each = [one["StoppingCondition.MaxRuntimeInSeconds"] for one in definitions(job)]
    longest = max((part.number or 0 for part in each), default=0)
    rounds = ceil(total / min(parallel, total))
    if whole.number < longest:
        yield Problem(
            whole,
            f"the whole tuning job ends after {whole.number} s, and one training job may take "
            f"{longest} s",
            _hint(whole, rounds * longest) + f": {rounds} rounds of {longest} s",
        )
    elif whole.number < rounds * longest:
        yield Problem(
            whole,
            f"{total} training jobs of up to {longest} s, {parallel} at once, may take "
            f"{rounds * longest} s, and the tuning job ends after {whole.number} s",
            _hint(whole, rounds * longest) + ", or keep it as a limit on what the search may cost",
            level=Level.ADVICE,
        )


def _hint(whole: Part, wanted: float) -> str:
    """A limit that follows from another field is moved by that field, not by its own; a scenario
    wants a unit, a request none."""
    if whole.because is not None:
        return f"raise what sets `{whole}` ({whole.because}), or run fewer jobs"
    return f"set `{whole}` to {seconds(whole, wanted)}"
