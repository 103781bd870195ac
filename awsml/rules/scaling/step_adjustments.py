"""The steps of a scaling policy overlap, leave gaps, or are missing.

Each step covers an interval of the metric above or below the alarm's threshold. Together they are
without gap and overlap, at most one is open above and one below, and where one lies below the
threshold, one must be open below.

## Why
AWS refuses the request.

## Flagged
    StepScalingPolicyConfiguration:
      AdjustmentType: ChangeInCapacity
      StepAdjustments:
        - {MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1}
        - {MetricIntervalLowerBound: 20, ScalingAdjustment: 2}

## Preferred
    StepScalingPolicyConfiguration:
      AdjustmentType: ChangeInCapacity
      StepAdjustments:
        - {MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1}
        - {MetricIntervalLowerBound: 10, ScalingAdjustment: 2}

## AWS says
Step adjustment intervals cannot have gaps between them
"""

from itertools import pairwise
from math import inf

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import POLICY

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{POLICY}/StepScalingPolicyConfiguration",)
SOURCE = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html"

_LOWER, _UPPER = "MetricIntervalLowerBound", "MetricIntervalUpperBound"


def check(scaling: Part) -> Problems:
    kind, steps = scaling["AdjustmentType"], scaling["StepAdjustments"]
    if not kind.exists:
        yield Problem(
            scaling, "the policy does not say what an adjustment is", "add `AdjustmentType`"
        )
    magnitude = scaling["MinAdjustmentMagnitude"]
    if magnitude.exists and kind.text not in (None, "PercentChangeInCapacity"):
        yield Problem(
            magnitude,
            f"`{magnitude}` is for PercentChangeInCapacity",
            "remove it",
            related=((kind, "what an adjustment is"),),
        )
    if not steps.items:
        at = steps if steps.exists else scaling
        yield Problem(at, "the policy has no step", "add `StepAdjustments`")
        return
    for step in steps.items:
        adjustment = step["ScalingAdjustment"]
        if kind.text == "ExactCapacity" and (adjustment.number or 0) < 0:
            yield Problem(adjustment, "an exact capacity cannot be below 0", "use 0 or more")
    wrong = list(_bounds(steps))
    yield from wrong or _intervals(steps)


def _bounds(steps: Part) -> Problems:
    for step in steps.items:
        lower, upper = step[_LOWER], step[_UPPER]
        if not lower.exists and not upper.exists:
            yield Problem(step, f"`{step}` has no bound", f"add `{_LOWER}` or `{_UPPER}`")
        elif lower.exists and upper.exists and _low(step) >= _high(step):
            yield Problem(
                lower,
                f"the step goes from {_low(step):g} to {_high(step):g}",
                "swap the two",
                related=((upper, "its end"),),
            )
    for bound in (_LOWER, _UPPER):
        open_ended = [step for step in steps.items if not step[bound].exists]
        if len(open_ended) > 1:
            yield Problem(
                open_ended[1],
                f"two steps have no `{bound}`, and one may",
                f"add `{bound}`",
                related=((open_ended[0], "the first"),),
            )


def _intervals(steps: Part) -> Problems:
    ordered = sorted(steps.items, key=_low)
    for before, after in pairwise(ordered):
        if _high(before) != _low(after):
            what = "overlap" if _high(before) > _low(after) else "leave a gap"
            yield Problem(
                after,
                f"the steps up to {_high(before):g} and from {_low(after):g} {what}",
                f"let the step begin at {_high(before):g}",
                related=((before, "the step before"),),
            )
    lowest, highest = ordered[0], ordered[-1]
    if -inf < _low(lowest) < 0:
        message = f"nothing is said of values below {_low(lowest):g}"
        yield Problem(lowest, message, f"leave out `{_LOWER}` of the lowest step")
    if 0 < _high(highest) < inf:
        message = f"nothing is said of values above {_high(highest):g}"
        yield Problem(highest, message, f"leave out `{_UPPER}` of the highest step")


def _low(step: Part) -> float:
    bound = step[_LOWER].number
    return -inf if bound is None else bound


def _high(step: Part) -> float:
    bound = step[_UPPER].number
    return inf if bound is None else bound
