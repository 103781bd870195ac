"""A tuning job mixes one definition with several.

`TrainingJobDefinition` is for one algorithm, `TrainingJobDefinitions` for several, each with its
own name, objective and ranges. Warm start and early stopping are for one algorithm.

## Why
AWS refuses the request.

## Flagged
    TrainingJobDefinition: {StaticHyperParameters: {a: "1"}}
    TrainingJobDefinitions:
      - {DefinitionName: a, TuningObjective: {Type: Maximize, MetricName: acc},
          HyperParameterRanges: {}}

## Preferred
    TrainingJobDefinitions:
      - {DefinitionName: a, TuningObjective: {Type: Maximize, MetricName: acc},
          HyperParameterRanges: {}}

## AWS says
Warm start and early stopping are available only when you're tuning a single algorithm.
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CONFIG, TUNING

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (TUNING,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html"


def check(job: Part) -> Problems:
    one, several = job["TrainingJobDefinition"], job["TrainingJobDefinitions"]
    if one.exists and several.exists:
        yield Problem(
            one,
            "one definition and a list of definitions are given",
            "move it into the list",
            related=((several, "the list"),),
        )
    if len(several.items) < 2:
        return
    for shared in ("ParameterRanges", "HyperParameterTuningJobObjective"):
        part = job[CONFIG][shared]
        if part.exists:
            yield Problem(
                part,
                "several definitions have ranges and objectives of their own",
                "move it into the definitions",
                related=((several, "the definitions"),),
            )
    yield from _for_one_algorithm(job, several)
    names: dict[str, Part] = {}
    for definition in several.items:
        for needed in ("DefinitionName", "TuningObjective", "HyperParameterRanges"):
            if not definition[needed].exists:
                yield Problem(definition, f"`{definition}` lacks `{needed}`", f"add `{needed}`")
        name = definition["DefinitionName"]
        if name.text in names:
            message = f"two definitions are called `{name.text}`"
            yield Problem(name, message, "rename one", related=((names[name.text], "the first"),))
        elif name.text:
            names[name.text] = name


def _for_one_algorithm(job: Part, several: Part) -> Problems:
    stopping = job[CONFIG]["TrainingJobEarlyStoppingType"]
    because = ((several, "the definitions"),)
    if job["WarmStartConfig"].exists:
        message = "several algorithms are tuned, and warm start is for one"
        yield Problem(job["WarmStartConfig"], message, "remove it", because)
    if stopping.text == "Auto":
        message = "several algorithms are tuned, and early stopping is for one"
        yield Problem(stopping, message, "set it to Off", because)
