"""The environments of a job queue are missing, too many, or listed twice.

One to three compute environments, each with an order of its own; or, for SageMaker training jobs,
one service environment and the queue type SAGEMAKER_TRAINING.

## Why
AWS refuses the request.

## Flagged
    jobQueueName: gpu
    priority: 1
    computeEnvironmentOrder:
      - {order: 1, computeEnvironment: gpu-spot}
      - {order: 1, computeEnvironment: gpu-demand}

## Preferred
    jobQueueName: gpu
    priority: 1
    computeEnvironmentOrder:
      - {order: 1, computeEnvironment: gpu-spot}
      - {order: 2, computeEnvironment: gpu-demand}

## AWS says
Duplicate ComputeEnvironment order values.
"""

from awsml.catalog import limit
from awsml.rules.batch._environments import QUEUE
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (QUEUE,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html"


def check(queue: Part) -> Problems:
    environments, services = queue["computeEnvironmentOrder"], queue["serviceEnvironmentOrder"]
    kind = queue["jobQueueType"]
    if (kind.text or "").upper() == "SAGEMAKER_TRAINING":
        if not services.items:
            message = "a queue of training jobs needs a service environment"
            yield Problem(kind, message, "add `serviceEnvironmentOrder`")
        if environments.items:
            message = "a queue of training jobs has no compute environments"
            yield Problem(environments, message, "remove them", ((kind, "its type"),))
    elif services.items:
        yield Problem(
            kind if kind.exists else services,
            "service environments are for queues of type SAGEMAKER_TRAINING",
            "set `jobQueueType: SAGEMAKER_TRAINING`",
        )
    elif not environments.items:
        at = environments if environments.exists else queue
        yield Problem(at, "the queue has no compute environment", "add `computeEnvironmentOrder`")
    yield from _listed(environments, "computeEnvironment", "batch_queue_environments_maximum")
    yield from _listed(services, "serviceEnvironment", "batch_queue_services_maximum")


def _listed(environments: Part, name: str, fact: str) -> Problems:
    most = int(limit(fact).value)
    if len(environments.items) > most:
        count = len(environments.items)
        yield Problem(environments, f"{count} environments are more than {most}", "remove some")
    for member, what in (("order", "order"), (name, "environment")):
        first: dict[str | float, Part] = {}
        for one in environments.items:
            part = one[member]
            key = part.text if part.text is not None else part.number
            if key is None:
                continue
            if key in first:
                message = f"the {what} `{key}` is given twice"
                yield Problem(part, message, "change or remove one", ((first[key], "the first"),))
            else:
                first[key] = part
