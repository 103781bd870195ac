"""A range ends before it begins, or is no number, or its hyperparameter appears twice.

A hyperparameter is either tuned or static, and has one range. A range of integers goes from a whole
number to a whole number.

## Why
Nothing can be drawn from such a range.

## Flagged
    HyperParameterTuningJobConfig:
      ParameterRanges: {ContinuousParameterRanges: [{Name: lr, MinValue: "0.1",
        MaxValue: "0.01"}]}

## Preferred
    HyperParameterTuningJobConfig:
      ParameterRanges: {ContinuousParameterRanges: [{Name: lr, MinValue: "0.01",
        MaxValue: "0.1"}]}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import TUNING, definitions, number, ranges_of, tuned

LEVEL = Level.ERROR
CONFIDENCE = Confidence.INFERRED
APIS = (TUNING,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html"


def check(job: Part) -> Problems:
    seen: set[str] = set()
    for definition in definitions(job) or [job]:
        ranges = ranges_of(job, definition)
        static = dict(definition["StaticHyperParameters"].entries)
        names: dict[str, Part] = {}
        for parameter in tuned(ranges):
            name = parameter["Name"]
            if parameter.path not in seen:
                seen.add(parameter.path)
                yield from _ends(parameter)
                if name.text in names:
                    first = ((names[name.text], "its first range"),)
                    message = f"`{name.text}` has two ranges"
                    yield Problem(name, message, "remove one of them", related=first)
            if name.text in static:
                yield Problem(
                    static[name.text],
                    f"`{name.text}` is static and has a range as well",
                    "remove one of them",
                    related=((name, "its range"),),
                )
            names[name.text or ""] = name


def _ends(parameter: Part) -> Problems:
    low, high = parameter["MinValue"], parameter["MaxValue"]
    for end in (low, high):
        if end.text is not None and number(end) is None:
            yield Problem(end, f"`{end.text}` is no number", "write a number in quotes")
        elif "Integer" in parameter.path and not (number(end) or 0.0).is_integer():
            message = f"`{end.text}` is no whole number, and the range is one of integers"
            yield Problem(end, message, "write a whole number, or use a continuous range")
    first, last = number(low), number(high)
    if first is not None and last is not None and first > last:
        yield Problem(
            low,
            f"`{parameter['Name'].text}` goes from {low.text} down to {high.text}",
            "swap the two",
            related=((high, "its end"),),
        )
