"""What a batch scenario may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from awsml.kinds.batch.fields import (
    Array,
    Checkpoints,
    Command,
    Compute,
    Dependencies,
    Dependency,
    Limits,
    Resources,
    Retry,
    Source,
    Step,
    Work,
)
from awsml.kinds.batch.graph import cycle_of
from awsml.kinds.batch.timetable import Timetable
from awsml.kinds.parts import AwsRaw, Image, LocalTerms, Spec
from awsml.scenario.fields import Duration, Location, Name, Problem, Text

LEAST_TIMEOUT_SECONDS = 60


class BatchSpec(Spec):
    """A job on AWS Batch, or several that depend on each other."""

    kind: Annotated[Literal["batch"], Field(description="What the job is: batch.")]
    name: Annotated[Name, Field(description="Name of definition, queue and stack.")]
    image: Annotated[
        Image,
        Field(
            description="Deep Learning Container, or an image of your own.",
            examples=[{"framework": "tensorflow", "version": "2.21"}],
        ),
    ]
    source: Annotated[
        Source | None, Field(description="The code, where it is not in the image.")
    ] = None
    command: Command = []
    parameters: Annotated[
        dict[str, Text], Field(description="Defaults of the `Ref::name` in the command.")
    ] = {}
    resources: Annotated[Resources, Field(description="What a job needs.")] = Resources()
    compute: Annotated[Compute, Field(description="The machines.")] = Compute()
    retry: Annotated[Retry, Field(description="Trying again.")] = Retry()
    timeout: Annotated[
        Duration | None, Field(description="Longest time of an attempt; AWS has no default.")
    ] = None
    schedule: Annotated[Timetable | None, Field(description="When it runs by itself.")] = None
    array: Array = None
    depends_on: Dependencies = []
    steps: Annotated[
        dict[Name, Step], Field(max_length=20, description="Several jobs instead of one.")
    ] = {}
    environment: Annotated[
        dict[str, Text], Field(description="Environment variables; no secrets.")
    ] = {}
    secrets: Annotated[
        dict[str, str],
        Field(description="Variable name to the ARN of a secret or SSM parameter."),
    ] = {}
    data: Annotated[Location | None, Field(description="Data; the script reads AWSML_DATA.")] = None
    checkpoints: Annotated[
        Checkpoints | None,
        Field(description="Checkpoints; the script reads AWSML_CHECKPOINTS."),
    ] = None
    output: Annotated[
        Location | None, Field(description="Results; the script reads AWSML_OUTPUT.")
    ] = None
    workload: Annotated[Work, Field(description="The work in numbers.")] = Work()
    limits: Annotated[Limits, Field(description="Limits.")] = Limits()
    notify: Annotated[str | None, Field(description="E-mail address told of failures.")] = None
    local: Annotated[LocalTerms, Field(description="How it runs on this machine.")] = LocalTerms()
    aws: Annotated[AwsRaw, Field(description="Raw parameters by operation; merged last.")] = {}

    @model_validator(mode="after")
    def _whole(self) -> BatchSpec:
        _check_command(self)
        _check_platform(self)
        for field, seconds in _timeouts(self):
            if seconds is not None and seconds < LEAST_TIMEOUT_SECONDS:
                raise Problem(
                    f"a timeout of {seconds:g} s: AWS Batch takes 60 s or more",
                    hint="write `timeout: 60s`",
                    field=field,
                )
        _check_dependencies(self)
        if self.schedule is not None and self.steps:
            raise Problem(
                "a schedule submits one job, and this scenario has steps",
                hint="schedule a job of its own, or remove `schedule`",
                slug="conflicting-fields",
                field="schedule",
            )
        return self


def _check_command(spec: BatchSpec) -> None:
    if bool(spec.command) == bool(spec.steps):
        raise Problem(
            "a job has either a `command` or `steps`",
            hint="write `command: [python, train.py]`",
            slug="missing-required" if not spec.steps else "conflicting-fields",
            field="command",
        )


def _check_platform(spec: BatchSpec) -> None:
    if spec.compute.platform != "fargate":
        return
    if spec.resources.gpus:
        raise Problem(
            f"Fargate has no GPUs, and the job asks for {spec.resources.gpus}",
            hint="write `compute.platform: ec2` and `compute.instances: [g5, g6]`",
            slug="conflicting-fields",
            field="compute.platform",
        )
    if spec.resources.shared_memory or spec.compute.instances:
        field = "resources.shared_memory" if spec.resources.shared_memory else "compute.instances"
        raise Problem(
            f"Fargate has no `{field.partition('.')[2]}`",
            hint=f"remove `{field}`, or write `compute.platform: ec2`",
            slug="conflicting-fields",
            field=field,
        )


def _timeouts(spec: BatchSpec) -> list[tuple[str, float | None]]:
    steps = [(f"steps.{name}.timeout", step.timeout) for name, step in spec.steps.items()]
    return [("timeout", spec.timeout), *steps]


def _check_dependencies(spec: BatchSpec) -> None:
    """Every step named exists, no step waits for itself, and only arrays are sequential."""
    if not spec.steps:
        _check_one("depends_on", spec.depends_on, {}, spec.array)
    elif spec.depends_on or spec.array:
        field = "depends_on" if spec.depends_on else "array"
        raise Problem(
            f"with `steps`, each step has its own `{field}`",
            hint=f"move `{field}` into a step",
            slug="conflicting-fields",
            field=field,
        )
    sizes = {name: step.array for name, step in spec.steps.items()}
    for name, step in spec.steps.items():
        _check_one(f"steps.{name}.depends_on", step.depends_on, sizes, step.array)
    waits = {
        name: [d.step for d in step.depends_on if d.step is not None]
        for name, step in spec.steps.items()
    }
    if cycle := cycle_of(waits):
        raise Problem(
            f"the steps wait for each other in a circle: {' -> '.join(cycle)}",
            hint=f"remove `{cycle[1]}` from `steps.{cycle[0]}.depends_on`",
            slug="dependency-cycle",
            field=f"steps.{cycle[0]}.depends_on",
        )


def _check_one(
    field: str, wanted: list[Dependency], sizes: dict[str, int | None], array: int | None
) -> None:
    for index, dependency in enumerate(wanted):
        at = f"{field}[{index}]"
        if dependency.step is not None and dependency.step not in sizes:
            known = ", ".join(sizes) or "none"
            raise Problem(
                f"there is no step `{dependency.step}`; the scenario has {known}",
                hint="name a step, or write `{job: ID}` for a job on AWS",
                field=at,
            )
        if dependency.type and array is None:
            raise Problem(
                f"`{dependency.type}` is between children of arrays, and this is no array",
                hint="add `array: N`, or leave `type` out",
                slug="conflicting-fields",
                field=at,
            )
        size = sizes.get(dependency.step or "")
        if dependency.type == "n-to-n" and dependency.step and size != array:
            raise Problem(
                f"n-to-n needs arrays of one size: `{dependency.step}` has {size or 1}, "
                f"this has {array}",
                hint=f"write `array: {array}` in `steps.{dependency.step}`",
                slug="conflicting-fields",
                field=at,
            )
