"""A multi-node job stands beside environments that are all Spot.

Multi-node parallel jobs do not run on Spot instances or managed instances.

## Why
The job waits for ever.

## Flagged
    - api: batch:CreateComputeEnvironment
      params: {computeEnvironmentName: spot, type: MANAGED, computeResources: {type: SPOT}}
    - api: batch:RegisterJobDefinition
      params: {jobDefinitionName: distributed, type: multinode}

## Preferred
    - api: batch:CreateComputeEnvironment
      params: {computeEnvironmentName: demand, type: MANAGED, computeResources: {type: EC2}}
    - api: batch:RegisterJobDefinition
      params: {jobDefinitionName: distributed, type: multinode}
"""

from awsml.rules.batch_jobs._jobs import REGISTER
from awsml.rules.rule import Confidence, Level, PlanView, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/multi-node-parallel-jobs.html"
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    environments = list(plan.calls("batch:CreateComputeEnvironment"))
    kinds = [one["computeResources.type"] for one in environments]
    unfit = [
        kind for kind in kinds if (kind.text or "").upper() in ("SPOT", "ECS_MANAGED_INSTANCES")
    ]
    if not kinds or len(unfit) < len(kinds):
        return
    for definition in plan.calls(REGISTER):
        kind = definition["type"]
        if (kind.text or "").lower() == "multinode":
            yield Problem(
                kind,
                f"a multi-node job does not run on {unfit[0].text}, and there is nothing else",
                "add an On-Demand environment",
                related=((unfit[0], "the environment"),),
            )
