"""An environment names an instance type, or a family, that EC2 has no more.

P2, P3, G3 and G4ad are gone. A family of which some sizes are left passes.

## Why
No machine of that name is ever started; where no other is named, jobs wait in RUNNABLE.

## Flagged
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT, instanceTypes: [g5, p2]}

## Preferred
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT, instanceTypes: [g5, g6]}
"""

from awsml.rules.batch._environments import RESOURCES, on_machines, retired
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (RESOURCES,)
SOURCE = "https://aws.amazon.com/ec2/previous-generation/"


def check(resources: Part) -> Problems:
    if not on_machines(resources):
        return
    for one in resources["instanceTypes"].items:
        ends = retired(one.text) if one.text else ()
        if not ends:
            continue
        since = max((end.since for end in ends if end.since), default=None)
        newer = dict.fromkeys(name for end in ends for name in end.replaced_by)
        wanted = newer if "." in (one.text or "") else _families(newer)
        yield Problem(
            one,
            f"`{one.text}` was retired{f' on {since}' if since else ''}, and EC2 has it no more",
            f"use {' or '.join(f'`{name}`' for name in wanted)}" if wanted else "remove it",
        )


def _families(names: dict[str, None]) -> dict[str, None]:
    return dict.fromkeys(name.partition(".")[0] for name in names)
