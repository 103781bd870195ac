"""A queue names an environment or a policy of another Region, or something else than a policy.

## Why
AWS refuses the request: a queue, its environments and its policy are in one Region.

## Flagged
    api: batch:CreateJobQueue
    region: us-east-1
    params:
      jobQueueName: gpu
      priority: 1
      computeEnvironmentOrder:
        - {order: 1,
            computeEnvironment: "arn:aws:batch:eu-west-1:111122223333:compute-environment/gpu"}

## Preferred
    api: batch:CreateJobQueue
    region: eu-west-1
    params:
      jobQueueName: gpu
      priority: 1
      computeEnvironmentOrder:
        - {order: 1,
            computeEnvironment: "arn:aws:batch:eu-west-1:111122223333:compute-environment/gpu"}

## AWS says
Compute Environments must be created and valid before attaching them to a job queue
"""

from awsml.rules.arns import parse_arn
from awsml.rules.batch._environments import QUEUE
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (QUEUE,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html"


def check(queue: Part) -> Problems:
    policy = queue["schedulingPolicyArn"]
    if policy.text is not None and ":scheduling-policy/" not in policy.text:
        message = f"`{policy.text}` is no scheduling policy"
        yield Problem(policy, message, "use the ARN of a scheduling policy")
    environments = [one["computeEnvironment"] for one in queue["computeEnvironmentOrder"].items]
    services = [one["serviceEnvironment"] for one in queue["serviceEnvironmentOrder"].items]
    for part in (*environments, *services, policy):
        arn = parse_arn(part.text or "")
        if arn and queue.plan.region and arn.region not in ("", queue.plan.region):
            yield Problem(
                part,
                f"`{part}` is in {arn.region}, and the queue in {queue.plan.region}",
                "use one of the same Region",
            )
