"""An entry of `evaluateOnExit` never decides: an earlier one holds wherever it does.

The first entry whose conditions all hold decides. After one that catches everything, or that names
a longer part of the same text, an entry is read by people only.

## Why
What the entry was written for, such as another try after a Spot interruption, does not happen.

## Flagged
    jobDefinitionName: train
    type: container
    retryStrategy:
      attempts: 3
      evaluateOnExit:
        - {onReason: "*", action: EXIT}
        - {onStatusReason: "Host EC2*", action: RETRY}

## Preferred
    jobDefinitionName: train
    type: container
    retryStrategy:
      attempts: 3
      evaluateOnExit:
        - {onStatusReason: "Host EC2*", action: RETRY}
        - {onReason: "*", action: EXIT}
"""

from awsml.retries import covering
from awsml.rules.batch_jobs._jobs import REGISTER, SUBMIT
from awsml.rules.batch_jobs._retries import entries_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (f"{REGISTER}/retryStrategy", f"{SUBMIT}/retryStrategy")
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html"


def check(retry: Part) -> Problems:
    parts, entries = retry["evaluateOnExit"].items, entries_of(retry)
    for index, entry in enumerate(entries):
        earlier = next((i for i in range(index) if covering(entries[i], entry)), None)
        if earlier is not None:
            yield Problem(
                parts[index],
                "this never decides: an earlier entry holds wherever it does",
                "move it before that entry, or remove it",
                related=((parts[earlier], "this one decides"),),
            )
