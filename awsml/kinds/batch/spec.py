"""What a batch scenario may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from awsml.kinds.batch.graph import cycle_of
from awsml.kinds.batch.timetable import Timetable
from awsml.kinds.parts import AwsRaw, Choice, Image, LocalTerms, Part, Spec
from awsml.scenario.fields import (
    Duration,
    Location,
    MemoryMib,
    Name,
    Problem,
    Size,
    Text,
    Usd,
    VolumeGib,
)

MOST_RULES = 5  # evaluateOnExit takes no more
LEAST_TIMEOUT_SECONDS = 60


class Source(Part):
    """Where the code comes from: a Git repository, or a folder beside this file."""

    git: Annotated[str | None, Field(description="URL or path of a Git repository.")] = None
    ref: Annotated[
        Text, Field(description="Branch, tag or commit; resolved to a commit at submit.")
    ] = "HEAD"
    secret: Annotated[
        str | None,
        Field(description="ARN of the secret with a token for a private repository."),
    ] = None
    dir: Annotated[str | None, Field(description="Folder, relative to this file.")] = None

    @model_validator(mode="after")
    def _one_of(self) -> Source:
        if (self.git is None) == (self.dir is None):
            raise Problem(
                "a source is exactly one of `git` or `dir`",
                hint="write `source: {git: https://git.example.com/acme/recsys.git, ref: main}`",
                slug="conflicting-fields",
            )
        return self


class Resources(Part):
    """What one job needs; GPUs are whole ones."""

    gpus: Annotated[int, Field(ge=0, le=16, description="GPUs.")] = 0
    vcpus: Annotated[int, Field(ge=1, description="vCPUs.")] = 1
    memory: Annotated[
        MemoryMib | Choice,
        Field(description="Memory; auto takes what the smallest fitting type can give."),
    ] = "auto"
    shared_memory: Annotated[
        MemoryMib | None, Field(description="/dev/shm, which data loaders use.")
    ] = None


class Compute(Part):
    """The machines of the queue."""

    instances: Annotated[
        list[str], Field(description="Instance families or types, such as g5 or g6.2xlarge.")
    ] = []
    spot: Annotated[bool, Field(description="Spot capacity.")] = True
    fallback: Annotated[
        bool, Field(description="An on-demand environment second in the queue.")
    ] = False
    max_vcpus: Annotated[int, Field(ge=1, description="Most vCPUs at once.")] = 64
    platform: Annotated[
        Literal["ec2", "fargate"], Field(description="EC2 machines, or Fargate (no GPUs).")
    ] = "ec2"
    volume: Annotated[VolumeGib, Field(description="Disk of a machine.")] = 100
    subnets: Annotated[list[str], Field(description="Subnets; the default VPC's if absent.")] = []
    security_groups: Annotated[list[str], Field(description="Security groups.")] = []
    queue: Annotated[
        str | None, Field(description="A queue that exists, instead of the stack's.")
    ] = None


class RetryRule(Part):
    """One rule of a retry; all the conditions it has must hold."""

    status: Annotated[str | None, Field(description="Status reason, such as `Host EC2*`.")] = None
    reason: Annotated[
        str | None, Field(description="Container reason, such as `OutOfMemoryError*`.")
    ] = None
    exit_code: Annotated[Text | None, Field(description="Exit code, such as 137 or 1*.")] = None
    action: Annotated[Literal["retry", "exit"], Field(description="What follows.")]

    @model_validator(mode="after")
    def _condition(self) -> RetryRule:
        if (self.status, self.reason, self.exit_code) == (None, None, None):
            raise Problem(
                "a retry rule needs a condition: `status`, `reason` or `exit_code`",
                hint='write `{status: "Host EC2*", action: retry}`',
                slug="missing-required",
            )
        return self

    @property
    def catches_all(self) -> bool:
        given = [v for v in (self.status, self.reason, self.exit_code) if v is not None]
        return given == ["*"]


class Retry(Part):
    """How often, and after what, a job is tried again."""

    attempts: Annotated[
        int | Choice, Field(description="1 to 10 in all, or auto: enough to finish on Spot.")
    ] = "auto"
    rules: Annotated[
        list[RetryRule],
        Field(description="Instead of awsml's; a last rule that exits is added where absent."),
    ] = []

    @field_validator("attempts", mode="after")
    @classmethod
    def _within(cls, value: int | str) -> int | str:
        if value == "auto" or 1 <= int(value) <= 10:
            return value
        raise Problem(
            f"{value} attempts: AWS Batch allows 1 to 10",
            hint="write `attempts: 10`, and checkpoint more often",
        )

    @model_validator(mode="after")
    def _few_enough(self) -> Retry:
        added = bool(self.rules) and not self.rules[-1].catches_all
        if len(self.rules) + added > MOST_RULES:
            last = ', and the last has to be `{reason: "*", action: exit}`' if added else ""
            raise Problem(
                f"{len(self.rules)} retry rules: AWS Batch takes {MOST_RULES}{last}",
                hint='join rules with a `*` at the end, such as `{status: "Host EC2*"}`',
                field="rules",
            )
        return self


class Dependency(Part):
    """Something that has to end first."""

    step: Annotated[str | None, Field(description="A step of this scenario.")] = None
    job: Annotated[str | None, Field(description="Id of a job on AWS.")] = None
    type: Annotated[
        Literal["n-to-n", "sequential"] | None,
        Field(description="Between arrays: child with child, or one child after the other."),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"step": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _whole(self) -> Dependency:
        named = [name for name in (self.step, self.job) if name is not None]
        if len(named) > 1 or (not named and self.type != "sequential"):
            raise Problem(
                "a dependency names a `step` or a `job`; without either it is `sequential`",
                hint="write `depends_on: [prepare]`",
                slug="conflicting-fields",
            )
        return self


Array = Annotated[
    int | None, Field(ge=2, le=10_000, description="Children, told apart by their index.")
]
Dependencies = Annotated[
    list[Dependency], Field(max_length=20, description="What has to succeed first.")
]
Command = Annotated[
    list[Text],
    Field(max_length=100, description="Command; `Ref::name` stands for a parameter."),
]


class Step(Part):
    """One of several jobs of a scenario; what it does not say is the scenario's."""

    command: Command
    array: Array = None
    depends_on: Dependencies = []
    environment: Annotated[dict[str, Text], Field(description="Variables of its own.")] = {}
    timeout: Annotated[Duration | None, Field(description="Longest time of an attempt.")] = None


class Checkpoints(Part):
    """Where and how often the script writes checkpoints."""

    to: Annotated[
        Location | None, Field(description="s3:// prefix; the run's own folder locally.")
    ] = None
    every: Annotated[Duration | None, Field(description="How often one is written.")] = None
    takes: Annotated[Duration | None, Field(description="Time to write one.")] = None
    size: Annotated[Size | None, Field(description="Size of one.")] = None


class Work(Part):
    """The work in numbers; retry, cost and deadline rest on it."""

    compute: Annotated[
        Duration | None, Field(description="Time of one job without interruption.")
    ] = None
    restart: Annotated[
        Duration | None, Field(description="What each attempt pays first: image, code, data.")
    ] = None


class Limits(Part):
    """What a plan may cost at most."""

    cost: Annotated[Usd | None, Field(description="Most dollars that the plan may allow.")] = None


class BatchSpec(Spec):
    """A job on AWS Batch, or several that depend on each other."""

    kind: Literal["batch"]
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
