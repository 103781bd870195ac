"""The bid for Spot machines is no percentage, or so low that it only costs time.

Without a bid AWS pays the current Spot price, which never exceeds On-Demand. A lower bid saves
nothing: it only means that instances are not launched, or are taken away earlier. On-Demand
machines take no bid.

## Why
Outside of 0 to 100 AWS refuses the request.

## Flagged
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT, bidPercentage: 150}

## Preferred
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT}

## AWS says
Bid percentage must be between 0 to 100.
"""

from awsml.rules.batch._environments import RESOURCES, is_fargate, kind_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.ADVICE,)
CONFIDENCE = Confidence.VERIFIED
APIS = (RESOURCES,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html"

_LOW = 70


def check(resources: Part) -> Problems:
    bid = resources["bidPercentage"]
    if bid.number is None:
        return
    if not 0 <= bid.number <= 100:
        yield Problem(bid, f"`{bid}` is {bid.number}, and is 0 to 100", "leave it out")
    elif bid.number < 100 and kind_of(resources) == "EC2":  # 100 is what no bid is
        message = f"`{bid}` has no effect: the machines are On-Demand, and only Spot takes a bid"
        because = ((resources["type"], "On-Demand"),)
        yield Problem(bid, message, "leave it out", because, level=Level.ADVICE)
    elif bid.number < _LOW and not is_fargate(resources):
        yield Problem(
            bid,
            f"with a bid of {bid.number} % jobs wait while Spot costs more, and nothing is saved",
            "leave it out: the price is that of the market, and never above On-Demand",
            level=Level.ADVICE,
        )
