"""A tuning job wants more training jobs than its ranges have combinations.

Only ranges without a continuous parameter can run out. Grid search has a rule of its own
(`grid-search-ranges`).

## Why
AWS refuses the request.

## Flagged
    HyperParameterTuningJobConfig:
      Strategy: Random
      ResourceLimits: {MaxNumberOfTrainingJobs: 10, MaxParallelTrainingJobs: 1}
      ParameterRanges: {IntegerParameterRanges: [{Name: layers, MinValue: "1", MaxValue: "3"}]}

## Preferred
    HyperParameterTuningJobConfig:
      Strategy: Random
      ResourceLimits: {MaxNumberOfTrainingJobs: 3, MaxParallelTrainingJobs: 1}
      ParameterRanges: {IntegerParameterRanges: [{Name: layers, MinValue: "1", MaxValue: "3"}]}

## AWS says
You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter
combinations for the provided ranges [3.0] must be equal or greater than the value of
MaxNumberOfJobs, [10].
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CONFIG, TUNING, combinations, definitions, ranges_of

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (TUNING,)
SOURCE = "https://github.com/aws/amazon-sagemaker-operator-for-k8s/issues/123"


def check(job: Part) -> Problems:
    jobs = job[f"{CONFIG}.ResourceLimits.MaxNumberOfTrainingJobs"]
    if jobs.number is None or job[f"{CONFIG}.Strategy"].text == "Grid":
        return
    counts = [combinations(ranges_of(job, one)) for one in definitions(job) or [job]]
    if not counts or None in counts:
        return
    total = sum(count for count in counts if count is not None)
    if 0 < total < jobs.number:
        yield Problem(
            jobs,
            f"{jobs.number} training jobs are wanted, and the ranges have {total} combinations",
            f"set `{jobs}` to {total} or widen the ranges",
            fix=str(total),
        )
