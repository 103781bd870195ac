"""The command of a job names a parameter that nothing gives a value.

AWS Batch replaces `Ref::name` with the parameter of the definition or of the submitted job. It is
judged where definition and job stand together, because a later job may bring the parameter.

## Why
The program is started with the text `Ref::name` itself.

## Flagged
    - api: batch:RegisterJobDefinition
      params:
        jobDefinitionName: train
        type: container
        parameters: {epochs: "20"}
        containerProperties: {image: busybox, command: [train, --epochs, "Ref::epoch"]}
    - api: batch:SubmitJob
      params: {jobName: a, jobQueue: gpu, jobDefinition: train}

## Preferred
    - api: batch:RegisterJobDefinition
      params:
        jobDefinitionName: train
        type: container
        parameters: {epochs: "20"}
        containerProperties: {image: busybox, command: [train, --epochs, "Ref::epochs"]}
    - api: batch:SubmitJob
      params: {jobName: a, jobQueue: gpu, jobDefinition: train}
"""

import re

from awsml.nearness import nearest
from awsml.rules.batch_jobs._jobs import REGISTER, SUBMIT
from awsml.rules.links import referred
from awsml.rules.rule import Confidence, Level, Part, PlanView, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html"
SCOPE = "plan"

_PLACEHOLDER = re.compile(r"Ref::([A-Za-z0-9_-]+)")


def check(plan: PlanView) -> Problems:
    for definition in plan.calls(REGISTER):
        shared: list[set[str]] = []  # what each job gives that takes the definition's command
        for job in plan.calls(SUBMIT):
            if not _is_of(job, definition):
                continue
            given = _names(definition) | _names(job)
            own = job["containerOverrides.command"]
            if own.exists:
                yield from _undefined(own, given)
            else:
                shared.append(given)
        if shared:
            command = definition["containerProperties.command"]
            yield from _undefined(command, set.intersection(*shared))


def _names(call: Part) -> set[str]:
    return {name for name, _ in call["parameters"].entries}


def _is_of(job: Part, definition: Part) -> bool:
    text, name = job["jobDefinition"].spelled or "", definition["jobDefinitionName"].spelled or ""
    if (reference := referred(text)) is not None:
        return "RegisterJobDefinition" in reference[0]
    return text.rpartition("/")[2].partition(":")[0] == name


def _undefined(command: Part, given: set[str]) -> Problems:
    for word in command.items:
        for name in _PLACEHOLDER.findall(word.spelled or ""):
            if name in given:
                continue
            near = nearest(name, given)
            yield Problem(
                word,
                f"nothing gives the parameter `{name}` a value",
                f"did you mean `Ref::{near[0]}`?" if near else f"add `{name}` to `parameters`",
            )
