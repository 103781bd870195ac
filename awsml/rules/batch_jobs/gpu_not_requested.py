"""A job stands beside environments with GPUs and does not ask for one.

Without a requirement of type GPU the container gets no device.

## Why
The job runs on the CPU of a machine whose GPU is paid for.

## Flagged
    - api: batch:CreateComputeEnvironment
      params: {type: MANAGED, computeResources: {type: EC2, instanceTypes: [g5]}}
    - api: batch:RegisterJobDefinition
      params:
        type: container
        containerProperties: {image: busybox, resourceRequirements: [{type: VCPU, value: "4"}]}

## Preferred
    - api: batch:CreateComputeEnvironment
      params: {type: MANAGED, computeResources: {type: EC2, instanceTypes: [g5]}}
    - api: batch:RegisterJobDefinition
      params:
        type: container
        containerProperties: {image: busybox, resourceRequirements: [{type: GPU, value: "1"}]}
"""

from awsml.catalog import instances_of
from awsml.rules.batch_jobs._jobs import REGISTER, requirements
from awsml.rules.rule import Confidence, Level, PlanView, Problem, Problems
from awsml.rules.wording import either

LEVEL = Level.WARNING
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/gpu-jobs.html"
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    environments = [one["computeResources"] for one in plan.calls("batch:CreateComputeEnvironment")]
    named = [one for resources in environments for one in resources["instanceTypes"].items]
    machines = [instances_of(one.text or "") for one in named]
    if not named or not all(found and all(m.gpus for m in found) for found in machines):
        return
    for definition in plan.calls(REGISTER):
        container = definition["containerProperties"]
        if container.exists and "GPU" not in requirements(container):
            yield Problem(
                container,
                "every machine has a GPU, and the job asks for none",
                either(
                    container,
                    "write `gpus: 1` under `resources`, or name machines without GPUs",
                    'add {type: GPU, value: "1"} to `resourceRequirements`',
                ),
                related=((named[0], "has GPUs"),),
            )
