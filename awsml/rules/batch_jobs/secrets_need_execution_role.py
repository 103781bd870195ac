"""A container gets secrets, and no role that may read them.

The execution role reads the secrets before the container starts; the job role is the container's.
Containers of a task use the execution role of the task.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      secrets: [{name: TOKEN, valueFrom: "arn:aws:ssm:us-east-1:111122223333:parameter/token"}]

## Preferred
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      executionRoleArn: arn:aws:iam::111122223333:role/execution
      secrets: [{name: TOKEN, valueFrom: "arn:aws:ssm:us-east-1:111122223333:parameter/token"}]

## AWS says
executionRoleArn cannot be empty when using secrets or secretOptions
"""

from awsml.rules.batch_jobs._jobs import CONTAINERS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = CONTAINERS
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/specifying-sensitive-data.html"


def check(container: Part) -> Problems:
    secrets, options = container["secrets"], container["logConfiguration.secretOptions"]
    used = secrets if secrets.items else options
    of_task = container.path.endswith("]")
    owner = container.around if of_task else container
    if used.items and not owner["executionRoleArn"].exists:
        yield Problem(
            used if of_task else container,
            f"`{owner}` has secrets and no execution role",
            f"add `{owner['executionRoleArn']}`" if of_task else "add `executionRoleArn`",
            related=((used, "the secrets"),),
        )
