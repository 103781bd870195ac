"""A tuning job starts from itself, or from one parent twice.

## Why
A parent is another tuning job that has ended; each counts once.

## Flagged
    HyperParameterTuningJobName: tune-lr
    WarmStartConfig:
      WarmStartType: TransferLearning
      ParentHyperParameterTuningJobs: [{HyperParameterTuningJobName: tune-lr}]

## Preferred
    HyperParameterTuningJobName: tune-lr-2
    WarmStartConfig:
      WarmStartType: TransferLearning
      ParentHyperParameterTuningJobs: [{HyperParameterTuningJobName: tune-lr}]
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import TUNING

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (TUNING,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-warm-start.html"


def check(job: Part) -> Problems:
    own = job["HyperParameterTuningJobName"]
    first: dict[str | None, Part] = {}
    for parent in job["WarmStartConfig.ParentHyperParameterTuningJobs"].items:
        name = parent["HyperParameterTuningJobName"]
        if name.text is not None and name.text == own.text:
            yield Problem(
                name,
                f"`{name.text}` starts from itself",
                "give the new tuning job another name",
                related=((own, "the new tuning job"),),
            )
        elif name.text in first:
            message = f"`{name.text}` is a parent twice"
            yield Problem(name, message, "remove one", related=((first[name.text], "the first"),))
        first.setdefault(name.text, name)
