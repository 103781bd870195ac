"""What a plan needs of an account: machines by quota, a role, buckets, images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from awsml.plan import Call, Plan, walk


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
class Needs:
    """Everything that can be asked about before a plan runs."""

    role: str | None
    machines: tuple[Machines, ...]
    images: tuple[str, ...]
    reads: tuple[str, ...]  # s3:// locations
    writes: tuple[str, ...]


def needs_of(plan: Plan) -> Needs:
    """Read from the requests themselves; refs and unknowns ask for nothing."""
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
