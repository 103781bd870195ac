"""A schedule's window does not fit its mode, or it ends before it starts.

`FLEXIBLE` needs `MaximumWindowInMinutes`, `OFF` does not take it.

## Why
AWS refuses the request.

## Flagged
    Name: nightly
    FlexibleTimeWindow: {Mode: FLEXIBLE}

## Preferred
    Name: nightly
    FlexibleTimeWindow: {Mode: FLEXIBLE, MaximumWindowInMinutes: 15}

## AWS says
MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE
"""

from awsml.rules.moments import in_order
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import SCHEDULES

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = SCHEDULES
SOURCE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html"


def check(schedule: Part) -> Problems:
    mode = schedule["FlexibleTimeWindow.Mode"]
    window = schedule["FlexibleTimeWindow.MaximumWindowInMinutes"]
    if mode.text == "FLEXIBLE" and not window.exists:
        yield Problem(mode, "a flexible schedule needs a window", f"add `{window}`")
    if mode.text == "OFF" and window.exists:
        yield Problem(
            window,
            "a window is given, and the mode is OFF",
            "remove it, or use the mode FLEXIBLE",
            related=((mode, "the mode"),),
        )
    yield from in_order(schedule["StartDate"], schedule["EndDate"])
