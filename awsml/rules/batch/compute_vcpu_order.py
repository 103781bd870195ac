"""The numbers of vCPUs of a compute environment are out of order.

0 <= minvCpus <= desiredvCpus <= maxvCpus.

## Why
AWS refuses the request.

## Flagged
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources: {type: EC2, minvCpus: 128, maxvCpus: 64}

## Preferred
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources: {type: EC2, minvCpus: 0, maxvCpus: 64}

## AWS says
maxvCpus should be greater than or equal to minvCpus.
"""

from itertools import pairwise

from awsml.rules.batch._environments import RESOURCES
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (RESOURCES,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html"


def check(resources: Part) -> Problems:
    numbers = [resources[name] for name in ("minvCpus", "desiredvCpus", "maxvCpus")]
    written = [part for part in numbers if part.number is not None]
    for part in written:
        if (part.number or 0) < 0:
            yield Problem(part, f"`{part}` is {part.number}, below 0", "use 0 or more")
    for lower, higher in pairwise(written):
        if (lower.number or 0) > (higher.number or 0):
            yield Problem(
                lower,
                f"`{lower}` is {lower.number}, above the {higher.number} of `{higher}`",
                f"lower it to {higher.number}, or raise `{higher}`",
                related=((higher, "the other"),),
            )
