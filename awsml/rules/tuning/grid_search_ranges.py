"""Grid search has ranges of numbers, or another number of training jobs than combinations.

It runs every combination of categories once. Numbers are given as categories.

## Why
AWS refuses the request.

## Flagged
    HyperParameterTuningJobConfig:
      Strategy: Grid
      ResourceLimits: {MaxParallelTrainingJobs: 2}
      ParameterRanges: {IntegerParameterRanges: [{Name: batch, MinValue: "32", MaxValue: "64"}]}

## Preferred
    HyperParameterTuningJobConfig:
      Strategy: Grid
      ResourceLimits: {MaxParallelTrainingJobs: 2}
      ParameterRanges: {CategoricalParameterRanges: [{Name: batch, Values: ["32", "64"]}]}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CONFIG, TUNING, combinations, definitions, ranges_of, tuned
from awsml.rules.wording import either

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (TUNING,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html"


def check(job: Part) -> Problems:
    strategy = job[f"{CONFIG}.Strategy"]
    if strategy.text != "Grid":
        return
    total = 0
    seen: set[str] = set()
    for definition in definitions(job) or [job]:
        ranges = ranges_of(job, definition)
        for parameter in tuned(ranges):
            if "Categorical" not in parameter.path and parameter.path not in seen:
                seen.add(parameter.path)
                yield Problem(
                    parameter,
                    f"`{parameter['Name'].text}` is a range of numbers, and grid search takes "
                    "categories only",
                    either(
                        parameter,
                        "list the values: `choices: [...]`, instead of `low` and `high`",
                        "list the values under CategoricalParameterRanges",
                    ),
                    related=((strategy, "the strategy"),),
                )
        total += combinations(ranges) or 0
    jobs = job[f"{CONFIG}.ResourceLimits.MaxNumberOfTrainingJobs"]
    if not seen and total and jobs.number is not None and jobs.number != total:
        yield Problem(
            jobs,
            f"{jobs.number} training jobs are wanted, and the grid has {total} combinations",
            f"set it to {total} or leave it out",
            fix=str(total),
        )
