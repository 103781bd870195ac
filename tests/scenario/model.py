"""A small spec that the language's tests read documents with; kinds have their own."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from awsml.scenario.fields import (
    Bandwidth,
    Count,
    Duration,
    Location,
    MemoryMib,
    Name,
    Number,
    Problem,
    S3Uri,
    Share,
    Size,
    Text,
    Usd,
    VolumeGib,
)


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Compute(Part):
    instance: Text = Field(description="The instance type.", examples=["ml.g5.xlarge"])
    count: int = Field(1, ge=1, description="How many.")
    volume: VolumeGib | Literal["auto"] = "auto"
    memory: MemoryMib | None = None
    fallback: tuple[Text, ...] = Field((), max_length=2)


class Framework(Part):
    framework: Text
    version: Text | None = None


class Algorithm(Part):
    algorithm: Text


class Channel(Part):
    from_: Location = Field(alias="from")
    mode: Literal["auto", "file", "fastfile", "pipe"] = "auto"
    size: Size | None = None


class Limits(Part):
    runtime: Duration = 86400
    cost: Usd | None = None


class Small(Part):
    """A document with one field of each type."""

    kind: Literal["small"]
    name: Name | None = None
    compute: Compute | None = None
    image: Framework | Algorithm | None = None
    inputs: dict[str, Channel] = {}
    limits: Limits = Limits()
    workers: Literal["auto"] | Count = "auto"
    link: Bandwidth | None = None
    share: Share = Field(1.0, gt=0, le=1)
    rate: Number | None = None
    spot: bool = False
    output: S3Uri | None = None
    hyperparameters: dict[str, Text] = {}
    steps: list[Channel] = []
    note: str | None = Field(None, min_length=2, pattern="^[a-z]+$")

    @model_validator(mode="after")
    def _spot_has_an_end(self) -> Small:
        if self.spot and self.limits.runtime > 432_000:
            raise Problem(
                "Spot ends after five days",
                hint="write `limits.runtime: 5d`",
                slug="conflicting-fields",
                field="limits.runtime",
            )
        return self
