"""A submitted job changes containers of two kinds.

`containerOverrides` and `nodeOverrides` are for containers of a definition itself,
`ecsPropertiesOverride` for tasks and `eksPropertiesOverride` for pods. A definition has one of
them.

## Why
AWS refuses the request beside overrides of pods; beside those of tasks one of the two is for a
definition of another kind.

## Flagged
    jobName: a
    jobQueue: pods
    jobDefinition: a
    containerOverrides: {command: [train]}
    eksPropertiesOverride: {podProperties: {containers: [{command: [train]}]}}

## Preferred
    jobName: a
    jobQueue: pods
    jobDefinition: a
    eksPropertiesOverride: {podProperties: {containers: [{command: [train]}]}}

## AWS says
Container overrides or node overrides should not be set for Batch on EKS jobs.
"""

from awsml.rules.batch_jobs._jobs import SUBMIT
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (SUBMIT,)
SOURCE = "https://github.com/nextflow-io/nextflow/issues/5817"


def check(job: Part) -> Problems:
    pods, tasks, container = (
        job[name]
        for name in ("eksPropertiesOverride", "ecsPropertiesOverride", "containerOverrides")
    )
    hint = "keep the one that suits the definition"
    if _changes(pods):
        for other in (container, job["nodeOverrides"], tasks):
            if _changes(other):
                because = ((pods, "the other"),)
                yield Problem(other, f"`{pods}` and `{other}` are given", hint, because)
    elif _changes(tasks) and _changes(container):
        message, because = f"`{tasks}` and `{container}` are given", ((tasks, "the other"),)
        yield Problem(container, message, hint, because, level=Level.WARNING)


def _changes(overrides: Part) -> bool:
    """Whether it says anything: programs send empty ones along."""
    return overrides.exists and overrides.value != {}
