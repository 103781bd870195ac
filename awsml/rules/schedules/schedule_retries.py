"""A schedule may submit one job several times.

A delivery that fails or times out is tried again, by default up to 185 times over a day, and
`SubmitJob` has no token that tells a repetition from a new job.

## Why
A delivery that only seemed to fail becomes a second job that is paid for.

## Flagged
    Name: nightly
    Target:
      Arn: arn:aws:scheduler:::aws-sdk:batch:submitJob
      Input: '{"JobName": "a", "JobQueue": "gpu", "JobDefinition": "a"}'

## Preferred
    Name: nightly
    Target:
      Arn: arn:aws:scheduler:::aws-sdk:batch:submitJob
      Input: '{"JobName": "a", "JobQueue": "gpu", "JobDefinition": "a"}'
      RetryPolicy: {MaximumRetryAttempts: 0}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.schedules._expressions import SCHEDULES
from awsml.units import counted

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = tuple(f"{api}/Target" for api in SCHEDULES)
SOURCE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html"

_FEW = 3


def check(target: Part) -> Problems:
    if not (target["Arn"].text or "").endswith(":aws-sdk:batch:submitJob"):
        return
    attempts = target["RetryPolicy.MaximumRetryAttempts"]
    if not attempts.exists:
        yield Problem(
            target,
            "a delivery that seems to fail is repeated up to 185 times, each a job of its own",
            "set `RetryPolicy.MaximumRetryAttempts: 0` and a dead-letter queue",
        )
    elif attempts.number is not None and attempts.number > _FEW:
        times = counted(attempts.number, "time")
        yield Problem(
            attempts,
            f"a delivery that seems to fail is repeated up to {times}, each a job",
            "use 0, and a dead-letter queue",
        )
