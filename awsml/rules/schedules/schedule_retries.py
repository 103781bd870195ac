"""A schedule or a rule may submit one job several times.

A delivery that fails or times out is tried again, by default up to 185 times over a day, and
`SubmitJob` has no token that tells a repetition from a new job. Executions of pipelines and state
machines may begin a day late for the same reason, which is advice.

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
from awsml.rules.schedules._targets import TARGETS, service_of
from awsml.units import counted

LEVEL = Level.WARNING
ALSO = (Level.ADVICE,)
CONFIDENCE = Confidence.DOCUMENTED
APIS = (*(f"{api}/Target" for api in SCHEDULES), TARGETS)
SOURCE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html"

_FEW = 3
_LATE = ("sagemaker", "states")


def check(target: Part) -> Problems:
    service = _service(target)
    if service == "batch":
        yield from _jobs(target, target["RetryPolicy.MaximumRetryAttempts"])
    elif service in _LATE and not target["RetryPolicy"].written:
        yield Problem(
            target,
            "what cannot be delivered is tried again for a day, and may begin that late",
            "set `RetryPolicy.MaximumEventAgeInSeconds` and a dead-letter queue",
            level=Level.ADVICE,
        )


def _service(target: Part) -> str | None:
    if target.call.service == "events":
        return service_of(target)
    return "batch" if (target["Arn"].text or "").endswith(":aws-sdk:batch:submitJob") else None


def _jobs(target: Part, attempts: Part) -> Problems:
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
