"""A Fargate environment is given something that only machines have, or too many groups and subnets.

## Why
AWS refuses the request.

## Flagged
    computeEnvironmentName: fargate
    type: MANAGED
    computeResources: {type: FARGATE, maxvCpus: 16, minvCpus: 0, subnets: [subnet-0a],
      securityGroupIds: [sg-0a]}

## Preferred
    computeEnvironmentName: fargate
    type: MANAGED
    computeResources: {type: FARGATE, maxvCpus: 16, subnets: [subnet-0a],
      securityGroupIds: [sg-0a]}

## AWS says
minvCpus is not applicable for Fargate.
"""

from awsml.catalog import limit
from awsml.rules.batch._environments import RESOURCES, is_fargate
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (RESOURCES,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/fargate.html"

_OF_MACHINES = (
    "allocationStrategy",
    "bidPercentage",
    "desiredvCpus",
    "ec2Configuration",
    "ec2KeyPair",
    "imageId",
    "instanceRole",
    "instanceTypes",
    "launchTemplate",
    "minvCpus",
    "placementGroup",
    "scalingPolicy",
    "spotIamFleetRole",
    "tags",
)
_LIMITS = {
    "securityGroupIds": "batch_fargate_security_groups_maximum",
    "subnets": "batch_fargate_subnets_maximum",
}


def check(resources: Part) -> Problems:
    if not is_fargate(resources):
        return
    because = ((resources["type"], "Fargate"),)
    for name in _OF_MACHINES:
        part = resources[name]
        if part.exists:
            yield Problem(part, f"`{part}` is for machines, not for Fargate", "remove it", because)
    for name, fact in _LIMITS.items():
        part, most = resources[name], int(limit(fact).value)
        if len(part.items) > most:
            message = f"Fargate takes at most {most} of `{part}`, and {len(part.items)} are given"
            yield Problem(part, message, "remove some", because)
