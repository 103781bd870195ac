"""A compute environment keeps machines running without jobs.

`minvCpus` are kept all the time, also while the environment is disabled.

## Why
Idle machines cost as much as busy ones.

## Flagged
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT, minvCpus: 8, maxvCpus: 64, instanceTypes: [g5]}

## Preferred
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT, minvCpus: 0, maxvCpus: 64, instanceTypes: [g5]}
"""

from awsml.rules.batch._environments import RESOURCES, on_machines
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.units import counted

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = (RESOURCES,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html"


def check(resources: Part) -> Problems:
    least = resources["minvCpus"]
    if on_machines(resources) and least.number is not None and least.number > 0:
        kept = counted(least.number, "vCPU")
        yield Problem(
            least,
            f"machines with {kept} run day and night, with or without jobs",
            "set it to 0, and machines start with the first job",
            fix="0",
        )
