"""A range offers one value, or the same category twice.

A hyperparameter that is not to be searched belongs among the static ones.

## Why
AWS asks for a smallest value below the largest, and for categories that differ.

## Flagged
    HyperParameterTuningJobConfig:
      ParameterRanges: {IntegerParameterRanges: [{Name: layers, MinValue: "4", MaxValue: "4"}]}

## Preferred
    HyperParameterTuningJobConfig:
      ParameterRanges: {IntegerParameterRanges: [{Name: width, MinValue: "8", MaxValue: "64"}]}
    TrainingJobDefinition: {StaticHyperParameters: {layers: "4"}}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CATEGORIES, CONTINUOUS, INTEGERS, number

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = CONTINUOUS + INTEGERS + CATEGORIES
SOURCE = "https://github.com/aws/amazon-sagemaker-feedback/issues/195"


def check(parameter: Part) -> Problems:
    name = parameter["Name"].text
    low, high = parameter["MinValue"], parameter["MaxValue"]
    if number(low) is not None and number(low) == number(high):
        yield Problem(
            high,
            f"`{name}` is always {low.text}",
            "put it among StaticHyperParameters, or widen the range",
        )
    first: dict[str | None, Part] = {}
    for value in parameter["Values"].items:
        if value.text in first:
            yield Problem(
                value,
                f"`{name}` may be `{value.text}` twice",
                "remove one of them",
                related=((first[value.text], "the first"),),
            )
        first.setdefault(value.text, value)
