"""A scheduled action changes nothing, ends before it starts, or has a name that is refused.

## Why
AWS refuses the request.

## Flagged
    ScheduledActionName: night
    Schedule: cron(0 20 * * ? *)
    ScalableTargetAction: {}

## Preferred
    ScheduledActionName: night
    Schedule: cron(0 20 * * ? *)
    ScalableTargetAction: {MinCapacity: 1, MaxCapacity: 1}

## AWS says
At least one of minimum capacity and maximum capacity should be provided
"""

import re

from awsml.rules.moments import in_order
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.scaling._targets import ACTION

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (ACTION,)
SOURCE = (
    "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html"
)


def check(action: Part) -> Problems:
    change = action["ScalableTargetAction"]
    if not change["MinCapacity"].exists and not change["MaxCapacity"].exists:
        at = change if change.exists else action
        yield Problem(at, "the action sets no capacity", "add `MinCapacity` or `MaxCapacity`")
    name = action["ScheduledActionName"]
    if name.text is not None:
        odd = re.search(r"[:/|\x00-\x1f]|^ | $", name.text)
        if odd:
            message = f"the name has {odd[0]!r}, which is refused"
            yield Problem(name, message, "remove it", span=odd.span())
    yield from in_order(action["StartTime"], action["EndTime"])
