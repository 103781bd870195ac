"""Where a tuning job keeps its definitions, objectives and ranges."""

from __future__ import annotations

from math import isfinite, prod

from awsml.rules.rule import Part

TUNING = "sagemaker:CreateHyperParameterTuningJob"
CONFIG = "HyperParameterTuningJobConfig"

_RANGES = (
    f"{TUNING}/{CONFIG}.ParameterRanges",
    f"{TUNING}/TrainingJobDefinition.HyperParameterRanges",
    f"{TUNING}/TrainingJobDefinitions[].HyperParameterRanges",
)
CONTINUOUS = tuple(f"{place}.ContinuousParameterRanges[]" for place in _RANGES)
INTEGERS = tuple(f"{place}.IntegerParameterRanges[]" for place in _RANGES)
CATEGORIES = tuple(f"{place}.CategoricalParameterRanges[]" for place in _RANGES)

_KINDS = ("ContinuousParameterRanges", "IntegerParameterRanges", "CategoricalParameterRanges")


def definitions(job: Part) -> list[Part]:
    """The definitions of training jobs, one or several."""
    one = job["TrainingJobDefinition"]
    return [one] * one.exists + job["TrainingJobDefinitions"].items


def ranges_of(job: Part, definition: Part) -> Part:
    own = definition["HyperParameterRanges"]
    return own if own.exists else job[f"{CONFIG}.ParameterRanges"]


def objective_of(job: Part, definition: Part) -> Part:
    own = definition["TuningObjective"]
    return own if own.exists else job[f"{CONFIG}.HyperParameterTuningJobObjective"]


def tuned(ranges: Part) -> list[Part]:
    """Every hyperparameter that has a range."""
    return [parameter for kind in _KINDS for parameter in ranges[kind].items]


def number(part: Part) -> float | None:
    """The number that the API wants in a string."""
    try:
        value = float(part.text or "")
    except ValueError:
        return None
    return value if isfinite(value) else None


def combinations(ranges: Part) -> int | None:
    """How many different training jobs the ranges allow; None when there is no end to them."""
    if ranges["AutoParameters"].items:
        return None
    for parameter in ranges["ContinuousParameterRanges"].items:
        low, high = number(parameter["MinValue"]), number(parameter["MaxValue"])
        if low is None or high is None or low < high:
            return None
    counts = [len(parameter["Values"].items) for parameter in ranges[_KINDS[2]].items]
    for parameter in ranges["IntegerParameterRanges"].items:
        low, high = number(parameter["MinValue"]), number(parameter["MaxValue"])
        if low is None or high is None or high < low:
            return None
        counts.append(int(high) - int(low) + 1)
    return prod(counts) if counts else None
