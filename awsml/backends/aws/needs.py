"""What a plan needs of an account: machines by quota, a role, buckets, images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from awsml import catalog
from awsml.catalog import Instance
from awsml.plan import Call, Plan, walk

SAGEMAKER = "sagemaker.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Machines:
    """So many instances of a type at once, and the kind of use that their quota counts."""

    type: str
    count: int
    use: str  # training job, spot training job, endpoint

    @property
    def quota(self) -> str:
        return f"{self.type} for {self.use} usage"


@dataclass(frozen=True, slots=True)
class Capacity:
    """vCPUs that an EC2 quota counts: `least` for one machine, `most` for all at once."""

    quota: str
    code: str | None
    default: float | None
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Needs:
    """Everything that can be asked about before a plan runs.

    `trusts` is who takes the role. A role of SageMaker's pulls the image and writes the log
    itself; that of a Batch job does neither.
    """

    role: str | None
    machines: tuple[Machines, ...]
    images: tuple[str, ...]
    reads: tuple[str, ...]  # s3:// locations
    writes: tuple[str, ...]
    actions: tuple[str, ...] = ()  # what the caller sends
    trusts: str = SAGEMAKER
    capacity: tuple[Capacity, ...] = ()
    types: tuple[str, ...] = ()  # EC2 types that would do
    queue: str | None = None


def needs_of(plan: Plan) -> Needs:
    """Read from the requests themselves; refs and unknowns ask for nothing."""
    actions = tuple(dict.fromkeys(call.api for call in plan.calls))
    return replace(_batch_needs(plan) if plan.kind == "batch" else _needs(plan), actions=actions)


def _needs(plan: Plan) -> Needs:
    found = [(path, value) for call in plan.calls for path, value in walk(call.params)]
    texts = [(path.rpartition(".")[2], value) for path, value in found if isinstance(value, str)]
    roles = [value for key, value in texts if key in ("RoleArn", "ExecutionRoleArn")]
    written = {value for key, value in texts if key == "S3OutputPath"}
    checkpoints = [v for p, v in found if p.endswith("CheckpointConfig.S3Uri")]
    written |= {value for value in checkpoints if isinstance(value, str)}
    read = {v for _, v in texts if v.startswith("s3://")} - written
    return Needs(
        role=next(iter(roles), None),
        machines=tuple(dict.fromkeys(m for call in plan.calls for m in _machines(call))),
        images=tuple(dict.fromkeys(v for k, v in texts if k in ("TrainingImage", "Image"))),
        reads=tuple(sorted(read)),
        writes=tuple(sorted(written)),
    )


_WRITTEN = ("AWSML_OUTPUT", "AWSML_CHECKPOINTS")


def _batch_needs(plan: Plan) -> Needs:
    """A job's locations are values of its environment; what it writes, it reads again."""
    definition, job = plan.call("RegisterJobDefinition"), plan.call("SubmitJob")
    container = definition.params.get("containerProperties", {}) if definition else {}
    held = {one["name"]: one["value"] for one in container.get("environment", ())}
    places = {k: v for k, v in held.items() if isinstance(v, str) and v.startswith("s3://")}
    role, image = container.get("jobRoleArn"), container.get("image")
    queue = job.params.get("jobQueue") if job else None
    return Needs(
        role=role if isinstance(role, str) else None,
        machines=(),
        images=(image,) if isinstance(image, str) else (),
        reads=tuple(sorted(v for k, v in places.items() if k not in _WRITTEN)),
        writes=tuple(sorted(v for k, v in places.items() if k in _WRITTEN)),
        trusts="ecs-tasks.amazonaws.com",
        queue=queue if isinstance(queue, str) else None,
    )


def capacity_of(
    types: Sequence[Instance], uses: Sequence[str], most: int, region: str | None
) -> tuple[Capacity, ...]:
    """What the quotas of these types have to hold; `uses` are ec2-spot and ec2."""
    found: dict[str, Capacity] = {}
    for use in uses:
        for type_ in types:
            quota = catalog.quota(use, type_.name, region)
            if quota is None:
                continue
            before = found.get(quota.name)
            least = type_.vcpus if before is None else min(before.least, type_.vcpus)
            found[quota.name] = Capacity(
                quota.name, quota.code, quota.default, least, max(least, most)
            )
    return tuple(found.values())


def _machines(call: Call) -> Iterator[Machines]:
    if call.operation == "CreateTrainingJob":
        yield from _of_training(call.params, 1)
    elif call.operation == "CreateHyperParameterTuningJob":
        config = call.params.get("HyperParameterTuningJobConfig", {})
        parallel = config.get("ResourceLimits", {}).get("MaxParallelTrainingJobs", 1)
        single = call.params.get("TrainingJobDefinition")
        several = call.params.get("TrainingJobDefinitions", [])
        for definition in [single] if single else several:
            yield from _of_training(definition, parallel)
    elif call.operation == "CreateEndpointConfig":
        for variant in call.params.get("ProductionVariants", ()):
            if isinstance(variant.get("InstanceType"), str):
                count = variant.get("InitialInstanceCount", 1)
                yield Machines(variant["InstanceType"], count, "endpoint")


def _of_training(params: Mapping[str, Any], parallel: int) -> Iterator[Machines]:
    use = "spot training job" if params.get("EnableManagedSpotTraining") else "training job"
    resources = params.get("ResourceConfig") or {
        "InstancePreferences": params.get("HyperParameterTuningResourceConfig", {}).get(
            "InstanceConfigs", []
        )
    }
    groups = resources.get("InstancePreferences") or resources.get("InstanceGroups") or [resources]
    for group in groups:
        if isinstance(group.get("InstanceType"), str):
            yield Machines(group["InstanceType"], group.get("InstanceCount", 1) * parallel, use)
