"""A range over several decades is searched linearly.

From 0.00001 to 0.1, nine draws of ten on a linear scale lie above 0.01: four of the five decades
are hardly tried.

## Why
The search spends its training jobs at one end of the range.

## Flagged
    HyperParameterTuningJobConfig:
      ParameterRanges:
        ContinuousParameterRanges: [{Name: lr, MinValue: "0.00001", MaxValue: "0.1",
          ScalingType: Linear}]

## Preferred
    HyperParameterTuningJobConfig:
      ParameterRanges:
        ContinuousParameterRanges: [{Name: lr, MinValue: "0.00001", MaxValue: "0.1",
          ScalingType: Logarithmic}]
"""

from math import log10

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CONTINUOUS, INTEGERS, number
from awsml.rules.wording import either, word

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.INFERRED
APIS = CONTINUOUS + INTEGERS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html"

_DECADES = 3


def check(parameter: Part) -> Problems:
    scale = parameter["ScalingType"]
    low, high = number(parameter["MinValue"]), number(parameter["MaxValue"])
    if scale.text != "Linear" or low is None or high is None or not 0 < low < high:
        return
    decades = log10(high / low)
    if decades >= _DECADES:
        yield Problem(
            scale,
            f"`{parameter['Name'].text}` spans {decades:.1f} decades and is searched linearly: "
            f"nine draws of ten lie above {high / 10:g}",
            either(scale, "write `scale: log`", "use the scale Logarithmic"),
            fix=word(scale, "Logarithmic"),
        )
