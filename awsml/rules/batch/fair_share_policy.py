"""A scheduling policy shares in two ways, or remembers or reserves too much.

It has a fair-share policy or a quota-share policy. Usage is remembered for up to a week, and 0 to
99 percent are reserved for shares that have no jobs yet.

## Why
AWS refuses the request.

## Flagged
    name: teams
    fairsharePolicy: {shareDecaySeconds: 3600, computeReservation: 100}

## Preferred
    name: teams
    fairsharePolicy: {shareDecaySeconds: 3600, computeReservation: 10}

## AWS says
A scheduling policy can have either fairsharePolicy or quotaSharePolicy
"""

from awsml.catalog import limit
from awsml.rules.batch._environments import POLICY
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (POLICY,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html"

_LARGEST = {
    "shareDecaySeconds": "batch_share_decay_maximum",
    "computeReservation": "batch_share_reservation_maximum",
}


def check(policy: Part) -> Problems:
    fair, quota = policy["fairsharePolicy"], policy["quotaSharePolicy"]
    if fair.exists and quota.exists:
        message = f"`{fair}` and `{quota}` are given"
        yield Problem(quota, message, "keep one of them", ((fair, "the other"),))
    for name, fact in _LARGEST.items():
        part, most = fair[name], int(limit(fact).value)
        if part.number is not None and not 0 <= part.number <= most:
            message = f"`{part}` is {part.number:g}, and is 0 to {most}"
            yield Problem(part, message, f"use {most} or less")
