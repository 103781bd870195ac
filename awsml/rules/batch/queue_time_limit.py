"""A queue ends waiting jobs in a way that it cannot, or for a reason that never comes.

The action is CANCEL, on queues of training jobs TERMINATE, after 10 minutes to 24 hours. `reason`
is no note: it is compared with the reason for which the job at the head of the queue waits.

## Why
AWS refuses the request; an unknown reason it takes, and the action never happens.

## Flagged
    jobQueueName: gpu
    priority: 1
    computeEnvironmentOrder: [{order: 1, computeEnvironment: gpu}]
    jobStateTimeLimitActions:
      - {reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", state: RUNNABLE,
          maxTimeSeconds: 3600, action: TERMINATE}

## Preferred
    jobQueueName: gpu
    priority: 1
    computeEnvironmentOrder: [{order: 1, computeEnvironment: gpu}]
    jobStateTimeLimitActions:
      - {reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", state: RUNNABLE,
          maxTimeSeconds: 3600, action: CANCEL}

## AWS says
Invalid job action. Valid job actions: [CANCEL]
"""

from awsml.catalog import limit
from awsml.nearness import nearest
from awsml.rules.batch._environments import QUEUE
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (QUEUE,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html"

_REASONS = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
)


def check(queue: Part) -> Problems:
    training = (queue["jobQueueType"].text or "").upper() == "SAGEMAKER_TRAINING"
    wanted = "TERMINATE" if training else "CANCEL"
    least, most = (int(limit(f"batch_time_limit_{end}").value) for end in ("minimum", "maximum"))
    first: dict[tuple[str | None, str | None], Part] = {}
    for one in queue["jobStateTimeLimitActions"].items:
        action, seconds, reason = one["action"], one["maxTimeSeconds"], one["reason"]
        if action.text is not None and action.text.upper() != wanted:
            message = f"this queue can {wanted} waiting jobs, not {action.text}"
            yield Problem(action, message, f"use {wanted}", fix=wanted)
        if seconds.number is not None and not least <= seconds.number <= most:
            message = f"`{seconds}` is {seconds.number}, and is {least} to {most}"
            yield Problem(seconds, message, f"use {least} to {most}")
        if reason.text is not None and reason.text not in _REASONS:
            near = nearest(reason.text, _REASONS) or _REASONS
            message = f"no job waits for the reason `{reason.text}`, so nothing happens"
            yield Problem(reason, message, f"use {near[0]}", level=Level.WARNING)
        key = (one["state"].text, reason.text)
        if key in first:
            related = ((first[key], "the first"),)
            yield Problem(one, "the same state and reason come twice", "remove one", related)
        first.setdefault(key, one)
