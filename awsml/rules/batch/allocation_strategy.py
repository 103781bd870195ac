"""An allocation strategy does not go with the kind of machines.

`SPOT_*` is for Spot, `BEST_FIT_PROGRESSIVE_ORDERED` for On-Demand. `BEST_FIT`, which is also
taken when none is given, needs a Spot fleet role on Spot. The ordered strategies take no bundles
such as `optimal`.

## Why
AWS refuses the request.

## Flagged
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: EC2, allocationStrategy: SPOT_CAPACITY_OPTIMIZED,
      instanceTypes: [g5]}

## Preferred
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT, allocationStrategy: SPOT_PRICE_CAPACITY_OPTIMIZED,
      instanceTypes: [g5]}

## AWS says
Invalid compute resource allocation strategy SPOT_CAPACITY_OPTIMIZED for type EC2
"""

from awsml.rules.batch._environments import BUNDLES, RESOURCES, kind_of, on_machines, strategy_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (RESOURCES,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html"

_ORDERED = ("BEST_FIT_PROGRESSIVE_ORDERED", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED")


def check(resources: Part) -> Problems:
    if not on_machines(resources):
        return
    kind, strategy, part = (
        kind_of(resources),
        strategy_of(resources),
        resources["allocationStrategy"],
    )
    why = ((resources["type"], "the kind of machines"),)
    if strategy.startswith("SPOT_") and kind == "EC2":
        message = f"{strategy} is for Spot, and the environment is On-Demand"
        yield Problem(part, message, "use BEST_FIT_PROGRESSIVE, or type: SPOT", why)
    if strategy == "BEST_FIT_PROGRESSIVE_ORDERED" and kind == "SPOT":
        message = f"{strategy} is for On-Demand, and the environment is Spot"
        yield Problem(part, message, "use SPOT_PRICE_CAPACITY_OPTIMIZED, or type: EC2", why)
    if strategy == "BEST_FIT" and kind == "SPOT" and not resources["spotIamFleetRole"].exists:
        yield Problem(
            part if part.exists else resources,
            "BEST_FIT, also when no strategy is given, needs a Spot fleet role on Spot",
            "use SPOT_PRICE_CAPACITY_OPTIMIZED, which needs none",
            fix="SPOT_PRICE_CAPACITY_OPTIMIZED",
        )
    if strategy in _ORDERED:
        for one in resources["instanceTypes"].items:
            if one.text in BUNDLES:
                message = f"{strategy} goes by the order of types, and `{one.text}` is a bundle"
                yield Problem(one, message, "name families or types", ((part, "the strategy"),))
