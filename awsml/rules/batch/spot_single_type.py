"""A Spot environment depends on one instance type.

Spot capacity differs by type and zone. More families and sizes are fewer interruptions.

## Why
When that one type is short, every job waits, and running ones are taken away together.

## Flagged
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT, instanceTypes: [g5.xlarge]}

## Preferred
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT, instanceTypes: [g4dn, g5, g6]}
"""

from awsml.rules.batch._environments import RESOURCES, kind_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = (RESOURCES,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/bestpractices6.html"


def check(resources: Part) -> Problems:
    types = resources["instanceTypes"].items
    if kind_of(resources) == "SPOT" and len(types) == 1 and "." in (types[0].text or ""):
        family = (types[0].text or "").partition(".")[0]
        yield Problem(
            types[0],
            f"Spot capacity is looked for in one type, `{types[0].text}`",
            f"name the family ({family}) and one or two others",
        )
