"""Parts of scenarios that several kinds share: image, code, network, tags."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from awsml.scenario.fields import Problem, Text

Auto = Literal["auto"]
AwsRaw = dict[str, dict[str, Any]]


class Part(BaseModel):
    """A mapping of a scenario: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Code(Part):
    """The script and the folder that is sent with it."""

    dir: Annotated[
        str, Field(description="Folder with the script, relative to this file.", examples=["./src"])
    ]
    entry: Annotated[
        str, Field(description="Script in that folder, such as train.py.", examples=["train.py"])
    ]


class Image(Part):
    """One of: a framework image, a built-in algorithm, or an image of your own."""

    framework: Annotated[
        str | None, Field(description="pytorch, tensorflow, huggingface, sklearn or xgboost.")
    ] = None
    version: Annotated[Text | None, Field(description="Version of the framework or algorithm.")] = (
        None
    )
    algorithm: Annotated[
        str | None, Field(description="Built-in algorithm, such as object-detection.")
    ] = None
    uri: Annotated[str | None, Field(description="Image in a registry.")] = None

    @model_validator(mode="before")
    @classmethod
    def _no_text(cls, given: Any) -> Any:
        """A text that tells what it is meant for; any other is left to who says what is wanted."""
        if not isinstance(given, str) or not {"/", ":"} & set(given):
            return given
        name, _, version = given.partition(":")
        meant = f"uri: {given}" if "/" in given else f'framework: {name}, version: "{version}"'
        message = f"a mapping is wanted, and `{given}` is a text"
        raise Problem(message, hint=f"write `image: {{{meant}}}`", slug="wrong-type")

    @model_validator(mode="after")
    def _one_of(self) -> Image:
        named = [k for k in ("framework", "algorithm", "uri") if getattr(self, k) is not None]
        if len(named) != 1:
            raise Problem(
                "an image is exactly one of `framework`, `algorithm` or `uri`",
                hint='write `image: {framework: pytorch, version: "2.10"}`',
                slug="conflicting-fields",
            )
        if self.framework and not self.version:
            raise Problem(
                f"`image.framework: {self.framework}` needs a `version`",
                hint="run `awsml catalog images` for the versions there are",
                slug="missing-required",
            )
        return self


class Network(Part):
    """Where in the network the job runs."""

    subnets: Annotated[list[str], Field(max_length=16, description="Subnet ids.")] = []
    security_groups: Annotated[
        list[str], Field(max_length=5, description="Security group ids.")
    ] = []
    isolation: Annotated[bool, Field(description="No network inside the container.")] = False
    encrypt: Annotated[
        bool, Field(description="Encrypt the traffic between the hosts of a job.")
    ] = False

    @model_validator(mode="after")
    def _both(self) -> Network:
        if bool(self.subnets) != bool(self.security_groups):
            missing = "security_groups" if self.subnets else "subnets"
            raise Problem(
                "`subnets` and `security_groups` are given together or not at all",
                hint=f"add `{missing}: [...]`",
                slug="missing-required",
            )
        return self


class LocalTerms(Part):
    """How the job runs on this machine."""

    python: Annotated[
        str | None, Field(description="Python that runs the script; awsml's own if absent.")
    ] = None


class Spec(Part):
    """What every kind of scenario may say."""

    region: Annotated[str | None, Field(description="AWS region, such as us-east-1.")] = None
    role: Annotated[
        str | None, Field(description="ARN of the role that the job takes; only AWS needs it.")
    ] = None
    on: Annotated[
        Literal["local", "aws"] | None, Field(description="Where it runs when no --on is given.")
    ] = None
    tags: Annotated[dict[str, Text], Field(description="Tags on everything it makes.")] = {}
    expect: Annotated[
        dict[str, Any], Field(description="Paths into the plan's JSON, asserted by `validate`.")
    ] = {}

    @model_validator(mode="before")
    @classmethod
    def _empty_role(cls, value: Any) -> Any:
        """`role: ${env:SAGEMAKER_ROLE:-}` without the variable is no role at all."""
        if isinstance(value, dict) and value.get("role") == "":
            return {**value, "role": None}
        return value
