"""A submitted job overrides vCPUs or memory in a way that is ignored.

`vcpus` and `memory` of the overrides work only for definitions that use the same older members.
`resourceRequirements` works for both.

## Why
The job runs with the size of its definition, and nothing says so.

## Flagged
    jobName: a
    jobQueue: gpu
    jobDefinition: a
    containerOverrides: {vcpus: 16, memory: 32000}

## Preferred
    jobName: a
    jobQueue: gpu
    jobDefinition: a
    containerOverrides:
      resourceRequirements: [{type: VCPU, value: "16"}, {type: MEMORY, value: "32000"}]
"""

from awsml.rules.batch_jobs._jobs import SUBMIT
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{SUBMIT}/containerOverrides",)
SOURCE = "https://github.com/aws/aws-cdk/issues/18993"


def check(overrides: Part) -> Problems:
    for name, kind in (("vcpus", "VCPU"), ("memory", "MEMORY")):
        part = overrides[name]
        if part.exists:
            yield Problem(
                part,
                f"`{part}` is ignored for definitions with `resourceRequirements`",
                f'use resourceRequirements: [{{type: {kind}, value: "{part.value}"}}]',
            )
