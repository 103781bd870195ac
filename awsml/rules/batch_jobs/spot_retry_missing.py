"""A job runs on Spot and is not run again when its machine is taken away.

A Spot interruption ends the attempt with a status reason that begins with `Host EC2`, and on
Fargate with `Your Spot Task was interrupted.` Without retries, or where an entry of
`evaluateOnExit` exits on these words, the job has failed; with attempts alone every failure is
repeated.

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

from collections.abc import Iterator

from awsml.retries import RECLAIM_PATTERNS, deciding, reclaims, reclaims_retried
from awsml.rules.batch_jobs._jobs import REGISTER, on_fargate
from awsml.rules.batch_jobs._retries import entries_of
from awsml.rules.rule import Confidence, Level, Part, PlanView, Problem, Problems
from awsml.rules.wording import either

LEVEL = Level.ADVICE
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/best-practices.html"
SCOPE = "plan"
_PLATFORMS = {"SPOT": "ec2", "FARGATE_SPOT": "fargate"}


def check(plan: PlanView) -> Problems:
    spot = dict(_spot(plan))
    for definition in plan.calls(REGISTER) if spot else ():
        platform = "fargate" if on_fargate(definition) else "ec2"
        if platform in spot:
            yield from _about(definition, platform, spot[platform])


def _spot(plan: PlanView) -> Iterator[tuple[str, Part]]:
    """The platforms on which the plan has Spot, and where it says so."""
    for environment in plan.calls("batch:CreateComputeEnvironment"):
        kind = environment["computeResources.type"]
        platform = _PLATFORMS.get((kind.text or "").upper())
        if platform is not None:
            yield platform, kind


def _about(definition: Part, platform: str, spot: Part) -> Problems:
    retry, pattern = definition["retryStrategy"], RECLAIM_PATTERNS[platform]
    rule = either(
        definition,
        f'{{status: "{pattern}", action: retry}}',
        f'{{onStatusReason: "{pattern}", action: RETRY}}',
    )
    attempts = retry["attempts"]
    if (attempts.number or 1) <= 1:
        yield Problem(
            attempts if attempts.exists else definition,
            "the job runs on Spot, and is not run again when its machine is taken away",
            f'set attempts: 3 and retry on onStatusReason "{pattern}"',
            related=((spot, "Spot"),),
        )
        return
    entries = entries_of(retry)
    if not reclaims_retried(platform, entries):
        exits = deciding(reclaims(platform)[0], entries)
        yield Problem(
            retry["evaluateOnExit"][exits or 0],
            "the job runs on Spot, and this ends it when its machine is taken away",
            f"put {rule} before it",
            related=((spot, "Spot"),),
            level=Level.WARNING,
        )
