"""A job queue puts environments together that Batch keeps apart.

The environments of a queue are all on EC2 or all on Fargate, and of one processor architecture.

## Why
AWS refuses the queue.

## Flagged
    - api: batch:CreateJobQueue
      params:
        jobQueueName: all
        computeEnvironmentOrder:
          - {order: 1, computeEnvironment: machines}
          - {order: 2, computeEnvironment: fargate}
    - api: batch:CreateComputeEnvironment
      params: {computeEnvironmentName: machines, computeResources: {type: EC2}}
    - api: batch:CreateComputeEnvironment
      params: {computeEnvironmentName: fargate, computeResources: {type: FARGATE}}

## Preferred
    - api: batch:CreateJobQueue
      params:
        jobQueueName: all
        computeEnvironmentOrder:
          - {order: 1, computeEnvironment: machines}
          - {order: 2, computeEnvironment: spot}
    - api: batch:CreateComputeEnvironment
      params: {computeEnvironmentName: machines, computeResources: {type: EC2}}
    - api: batch:CreateComputeEnvironment
      params: {computeEnvironmentName: spot, computeResources: {type: SPOT}}
"""

from awsml.rules.batch._environments import CREATE, QUEUE, is_arm, is_fargate
from awsml.rules.links import target_of
from awsml.rules.rule import Confidence, Level, Part, PlanView, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (QUEUE,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html"
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    for queue in plan.calls(QUEUE):
        first: dict[str, tuple[str, Part]] = {}
        for one in queue["computeEnvironmentOrder"].items:
            pointer = one["computeEnvironment"]
            environment = target_of(pointer, CREATE, "computeEnvironmentName")
            for what, value in _traits(environment["computeResources"]) if environment else ():
                seen, earlier = first.setdefault(what, (value, pointer))
                if seen != value:
                    yield Problem(
                        pointer,
                        f"this environment's {what} is {value}, and another's is {seen}",
                        "give each its own queue",
                        related=((earlier, f"{seen} here"),),
                    )


def _traits(resources: Part) -> list[tuple[str, str]]:
    """What all environments of a queue must share, as far as it is said."""
    if not resources["type"].exists:
        return []
    if is_fargate(resources):
        return [("platform", "Fargate")]
    names = [one.text for one in resources["instanceTypes"].items if one.text]
    arms = {is_arm(name) for name in names if name != "optimal"}
    architecture = "arm64" if True in arms else "x86_64"
    known = [("architecture", architecture)] if len(arms) == 1 else []
    return [("platform", "EC2"), *known]
