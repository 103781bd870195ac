"""A tuning job has no range to search.

Each definition needs a range of at least one hyperparameter, unless the ranges are left to AWS with
`Autotune`.

## Why
There is nothing to choose between; AWS's own SDK refuses such a job.

## Flagged
    HyperParameterTuningJobConfig: {Strategy: Bayesian, ParameterRanges: {}}
    TrainingJobDefinition: {StaticHyperParameters: {lr: "0.1"}}

## Preferred
    HyperParameterTuningJobConfig:
      Strategy: Bayesian
      ParameterRanges: {ContinuousParameterRanges: [{Name: lr, MinValue: "0.01",
        MaxValue: "0.1"}]}
    TrainingJobDefinition: {StaticHyperParameters: {momentum: "0.9"}}

## AWS says
Need to specify hyperparameter ranges or set autotune=True.
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import TUNING, definitions, ranges_of, tuned

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (TUNING,)
SOURCE = (
    "https://github.com/aws/sagemaker-python-sdk/blob/master/"
    "sagemaker-train/src/sagemaker/train/tuner.py"
)


def check(job: Part) -> Problems:
    if job["Autotune"].exists:
        return
    for definition in definitions(job):
        ranges = ranges_of(job, definition)
        if not tuned(ranges) and not ranges["AutoParameters"].items:
            yield Problem(
                ranges if ranges.exists else definition,
                "no hyperparameter has a range to search",
                f"add a range to `{ranges}`, or set `Autotune`",
            )
