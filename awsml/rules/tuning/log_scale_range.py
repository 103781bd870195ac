"""A range is searched on a scale that does not reach its ends.

`Logarithmic` needs values above 0, `ReverseLogarithmic` values from 0 to below 1 and a continuous
range.

## Why
AWS refuses the request.

## Flagged
    HyperParameterTuningJobConfig:
      ParameterRanges:
        ContinuousParameterRanges: [{Name: lr, MinValue: "0", MaxValue: "0.1",
          ScalingType: Logarithmic}]

## Preferred
    HyperParameterTuningJobConfig:
      ParameterRanges:
        ContinuousParameterRanges: [{Name: lr, MinValue: "0.000001", MaxValue: "0.1",
          ScalingType: Logarithmic}]
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import CONTINUOUS, INTEGERS, number

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = CONTINUOUS + INTEGERS
SOURCE = (
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContinuousParameterRange.html"
)


def check(parameter: Part) -> Problems:
    scale = parameter["ScalingType"]
    low, high = parameter["MinValue"], parameter["MaxValue"]
    name = parameter["Name"].text
    if scale.text == "Logarithmic" and (start := number(low)) is not None and start <= 0:
        yield Problem(
            low,
            f"`{name}` starts at {low.text}, and a logarithmic range must be above 0",
            "start above 0, or use the scale Linear",
            related=((scale, "the scale"),),
        )
    if scale.text != "ReverseLogarithmic":
        return
    if "Integer" in parameter.path:
        yield Problem(
            scale,
            f"`{name}` is a whole number, and ReverseLogarithmic is for continuous ranges",
            "use Linear or Logarithmic",
        )
        return
    for end in (low, high):
        value = number(end)
        if value is not None and not 0 <= value < 1:
            yield Problem(
                end,
                f"`{name}` reaches {end.text}, and ReverseLogarithmic goes from 0 to below 1",
                "end below 1, such as 0.999" if value >= 1 else "start at 0 or above",
                related=((scale, "the scale"),),
            )
