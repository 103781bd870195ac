"""Parts of a batch scenario: source, resources, machines, retries, steps, work."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from awsml.kinds.parts import Auto, Part
from awsml.scenario.fields import (
    Duration,
    Interval,
    Location,
    MemoryMib,
    Problem,
    Size,
    Text,
    Usd,
    VolumeGib,
)

MOST_RULES = 5  # evaluateOnExit takes no more


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

    @field_validator("git", "ref", mode="after")
    @classmethod
    def _no_option(cls, value: str | None) -> str | None:
        """Git would take what starts with a hyphen for an option, some of which run programs."""
        if value is not None and value.startswith("-"):
            raise Problem(f"`{value}` starts with a hyphen", hint="write `ref: main`")
        return value

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
        MemoryMib | Auto,
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
        int | Auto, Field(description="1 to 10 in all, or auto: enough to finish on Spot.")
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
        added = bool(self.rules) and not any(rule.catches_all for rule in self.rules)
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
    every: Annotated[Interval | None, Field(description="How often one is written.")] = None
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
