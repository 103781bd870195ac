"""A job needs more than any machine that it could get has.

The container agent and the system keep some memory of each machine, so a job that asks for all of
it fits none of that size. A node of a multi-node job gets the machine that its range names. Where
the machine is certain, this is an error: for such a node, and beside a single environment, unless
parameters of a template decide.

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

from collections.abc import Iterator

from awsml.catalog import Instance, instances_of
from awsml.rules.batch_jobs._fit import Asked, asked_by, fits, largest_memory_mib
from awsml.rules.batch_jobs._jobs import REGISTER, on_fargate
from awsml.rules.rule import Confidence, Level, Part, PlanView, Problem, Problems

LEVEL = Level.WARNING
ALSO = (Level.ERROR,)
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/troubleshooting.html"
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    for definition in plan.calls(REGISTER):
        yield from _nodes(definition)
    environments = [one["computeResources"] for one in plan.calls("batch:CreateComputeEnvironment")]
    named = [one for resources in environments for one in resources["instanceTypes"].items]
    machines = [machine for one in named for machine in instances_of(one.text or "")]
    # Where a name is not known, or Fargate is there too, something else may fit.
    if not named or any(not instances_of(one.text or "") for one in named):
        return
    if any(not resources["instanceTypes"].exists for resources in environments):
        return
    certain = len(environments) == 1 and not plan.is_template
    for definition in plan.calls(REGISTER):
        for asked in _jobs(definition):
            message = f"no machine of the environments has {asked.need}"
            yield from _about(asked, machines, message, named[0], certain)


def _jobs(definition: Part) -> Iterator[Asked]:
    """What runs on machines of the environments."""
    if not on_fargate(definition):
        yield asked_by(_containers(definition, "containerProperties"))
        for one in definition["nodeProperties.nodeRangeProperties"].items:
            if _type_of(one) is None:
                yield asked_by(_containers(one, "container"))


def _nodes(definition: Part) -> Problems:
    for one in definition["nodeProperties.nodeRangeProperties"].items:
        kind = _type_of(one)
        machines = instances_of(kind.text or "") if kind is not None else ()
        if kind is not None and machines:
            asked = asked_by(_containers(one, "container"))
            message = f"a node is one `{kind.text}`, which does not have {asked.need}"
            yield from _about(asked, list(machines), message, kind, certain=True)


def _type_of(one: Part) -> Part | None:
    """The instance type that a range of nodes names."""
    types = one["instanceTypes"].items
    kind = types[0] if types else one["container.instanceType"]
    return kind if kind.exists else None


def _containers(holder: Part, name: str) -> list[Part]:
    if holder[name].exists:
        return [holder[name]]
    tasks = holder["ecsProperties.taskProperties"].items
    return tasks[0]["containers"].items if tasks else []


def _about(
    asked: Asked, machines: list[Instance], message: str, because: Part, certain: bool
) -> Problems:
    if any(fits(machine, asked.need) for machine in machines):
        return
    largest = largest_memory_mib(machines, asked.need)
    at = asked.memory if largest is not None else asked.vcpus
    at = at or asked.vcpus or asked.gpus
    if at is not None:
        hint = "allow larger machines, or ask for less"
        if largest:
            hint = f"ask for up to {largest} MiB, or allow larger machines"
        why = ((because, "the machines"),)
        yield Problem(at, message, hint, why, level=Level.ERROR if certain else None)
