"""A job runs on Spot and is not run again when its machine is taken away.

A Spot interruption ends the attempt with a status reason that begins with `Host EC2`. Without
retries the job has failed; with attempts alone every failure is repeated.

## Why
Hours of computing are lost to an interruption that a second attempt would have survived.

## Flagged
    - api: batch:CreateComputeEnvironment
      params: {computeEnvironmentName: spot, type: MANAGED, computeResources: {type: SPOT}}
    - api: batch:RegisterJobDefinition
      params: {jobDefinitionName: train, type: container}

## Preferred
    - api: batch:CreateComputeEnvironment
      params: {computeEnvironmentName: spot, type: MANAGED, computeResources: {type: SPOT}}
    - api: batch:RegisterJobDefinition
      params:
        jobDefinitionName: train
        type: container
        retryStrategy:
          attempts: 3
          evaluateOnExit:
            - {onStatusReason: "Host EC2*", action: RETRY}
            - {onReason: "*", action: EXIT}
"""

from awsml.rules.batch_jobs._jobs import REGISTER
from awsml.rules.rule import Confidence, Level, PlanView, Problem, Problems

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/best-practices.html"
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    environments = list(plan.calls("batch:CreateComputeEnvironment"))
    kinds = [one["computeResources.type"] for one in environments]
    spot = [kind for kind in kinds if (kind.text or "").upper() in ("SPOT", "FARGATE_SPOT")]
    if not spot:
        return
    for definition in plan.calls(REGISTER):
        attempts = definition["retryStrategy.attempts"]
        if (attempts.number or 1) <= 1:
            yield Problem(
                attempts if attempts.exists else definition,
                "the job runs on Spot, and is not run again when its machine is taken away",
                'set attempts: 3 and retry on onStatusReason "Host EC2*"',
                related=((spot[0], "Spot"),),
            )
