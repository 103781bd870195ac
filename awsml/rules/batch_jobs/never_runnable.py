"""A job needs more than any machine that it could get has.

The container agent and the system keep some memory of each machine, so a job that asks for all of
it fits none of that size.

## Why
The job stays RUNNABLE for ever, and nothing says why.

## Flagged
    - api: batch:CreateComputeEnvironment
      params: {type: MANAGED, computeResources: {type: EC2, maxvCpus: 64,
        instanceTypes: [g5.2xlarge]}}
    - api: batch:RegisterJobDefinition
      params:
        type: container
        containerProperties:
          resourceRequirements: [{type: VCPU, value: "8"}, {type: MEMORY, value: "32768"}]

## Preferred
    - api: batch:CreateComputeEnvironment
      params: {type: MANAGED, computeResources: {type: EC2, maxvCpus: 64,
        instanceTypes: [g5.2xlarge]}}
    - api: batch:RegisterJobDefinition
      params:
        type: container
        containerProperties:
          resourceRequirements: [{type: VCPU, value: "8"}, {type: MEMORY, value: "30000"}]
"""

from awsml.catalog import instances_of
from awsml.rules.batch_jobs._fit import Need, fits, largest_memory_mib
from awsml.rules.batch_jobs._jobs import REGISTER, amount, requirements
from awsml.rules.rule import Confidence, Level, PlanView, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/troubleshooting.html"
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    environments = [one["computeResources"] for one in plan.calls("batch:CreateComputeEnvironment")]
    named = [one for resources in environments for one in resources["instanceTypes"].items]
    machines = [machine for one in named for machine in instances_of(one.text or "")]
    # Where a name is not known, or Fargate is there too, something else may fit.
    if not named or any(not instances_of(one.text or "") for one in named):
        return
    if any(not resources["instanceTypes"].exists for resources in environments):
        return
    for definition in plan.calls(REGISTER):
        found = requirements(definition["containerProperties"])
        vcpus, memory, gpus = (found.get(kind) for kind in ("VCPU", "MEMORY", "GPU"))
        need = Need(amount(vcpus) or 0, amount(memory) or 0, amount(gpus) or 0)
        if any(fits(machine, need) for machine in machines):
            continue
        largest = largest_memory_mib(machines, need)
        at = memory if memory is not None and largest is not None else vcpus or gpus
        if at is not None:
            yield Problem(
                at,
                f"no machine of the environments has {need}",
                f"ask for up to {largest} MiB, or allow larger machines"
                if largest
                else "allow larger machines, or ask for less",
                related=((named[0], "the machines"),),
            )
