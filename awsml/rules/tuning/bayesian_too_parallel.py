"""Bayesian search runs so many training jobs at once that it hardly learns from them.

It chooses the next values from the results so far. With most of the budget running at once it is
random search at the same price.

## Why
The same number of training jobs finds a worse model.

## Flagged
    HyperParameterTuningJobConfig:
      Strategy: Bayesian
      ResourceLimits: {MaxNumberOfTrainingJobs: 50, MaxParallelTrainingJobs: 50}

## Preferred
    HyperParameterTuningJobConfig:
      Strategy: Bayesian
      ResourceLimits: {MaxNumberOfTrainingJobs: 50, MaxParallelTrainingJobs: 5}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CONFIG, TUNING

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = (f"{TUNING}/{CONFIG}",)
SOURCE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-considerations.html"
)

_LEAST_ROUNDS = 4


def check(config: Part) -> Problems:
    total = config["ResourceLimits.MaxNumberOfTrainingJobs"]
    parallel = config["ResourceLimits.MaxParallelTrainingJobs"]
    if config["Strategy"].text != "Bayesian" or not total.number or not parallel.number:
        return
    if parallel.number > 2 and parallel.number * _LEAST_ROUNDS > total.number:
        tenth = max(1, round(total.number / 10))
        yield Problem(
            parallel,
            f"{parallel.number} of {total.number} training jobs run at once, so Bayesian search "
            f"learns from earlier ones only {max(0, -(-total.number // parallel.number) - 1):g} "
            "times",
            f"run about {tenth} at once (a tenth), or use random search or Hyperband",
            related=((total, "in all"),),
        )
