"""What a benchmark report says, typed in so that it can be checked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from awsml.kinds.parts import Part
from awsml.scenario.fields import Count, Number, Problem, Text


class Configuration(Part):
    """What a figure was, or would be, obtained with."""

    strategy: Annotated[
        str | None, Field(description="As the measurements name it, such as ddp.")
    ] = None
    gpus: Annotated[int | None, Field(ge=1, description="GPUs in all.")] = None
    nodes: Annotated[int, Field(ge=1, description="Machines.")] = 1
    card: Annotated[str | None, Field(description="GPU, where it is another one.")] = None
    parameters: Annotated[Count | None, Field(description="Parameters of the model.")] = None


class Claim(Configuration):
    """One statement of the report."""

    says: Annotated[Text, Field(description="The statement in a few words.", examples=["57 %"])]
    of: Annotated[
        Literal[
            "throughput",
            "speedup",
            "efficiency",
            "bandwidth",
            "training",
            "inference",
            "part",
            "remark",
            "measurement",
        ],
        Field(
            description="What it is about; training and inference claim that a model fits, "
            "part that a part exists, remark that an oddity of the data is mentioned."
        ),
    ]
    value: Annotated[
        Number | None, Field(description="The figure: samples/s, a ratio, a share of 1, or GB/s.")
    ] = None
    label: Annotated[
        Literal["measured", "estimated"] | None, Field(description="What the report calls it.")
    ] = None
    base: Annotated[
        Configuration | None,
        Field(description="What a speed-up is relative to; one GPU of its strategy if absent."),
    ] = None
    table: Annotated[
        str | None, Field(description="The table or section; ratios of one share a base.")
    ] = None
    concludes: Annotated[
        bool, Field(description="It repeats a result of the report in its conclusion.")
    ] = False
    workload: Annotated[bool, Field(description="An estimate says for which workload.")] = False
    method: Annotated[str | None, Field(description="How an estimate was made.")] = None
    low: Annotated[Number | None, Field(description="Lower end that the report gives.")] = None
    high: Annotated[Number | None, Field(description="Upper end that the report gives.")] = None
    direction: Annotated[
        Literal["one-way", "both-ways"] | None, Field(description="Of a bandwidth.")
    ] = None
    scope: Annotated[
        Literal["per-rank", "link", "shared"] | None, Field(description="Whose bandwidth it is.")
    ] = None
    part: Annotated[str | None, Field(description="Part, such as NVLink bridge.")] = None
    stage: Annotated[
        int | None, Field(ge=0, le=3, description="ZeRO stage of a training claim.")
    ] = None
    bits: Annotated[
        int | None, Field(ge=1, le=32, description="Bits of a weight of an inference claim.")
    ] = None
    states: Annotated[
        Literal["full", "lora", "8-bit", "offload"],
        Field(description="What a training claim keeps for each parameter."),
    ] = "full"

    @model_validator(mode="after")
    def _with_what_it_is_about(self) -> Claim:
        needed = {"part": ("part", self.part), "training": ("parameters", self.parameters)}
        needed["inference"] = needed["training"]
        name, value = needed.get(self.of, ("", 0))
        if value is None:
            raise Problem(
                f"a claim of `{self.of}` needs `{name}`",
                hint="add `part: NVLink bridge`" if name == "part" else "add `parameters: 7B`",
                slug="missing-required",
            )
        return self


class Method(Part):
    """What a report says of how it measured."""

    batch: Annotated[
        Literal["per-gpu", "global"] | None, Field(description="Which batch size it states.")
    ] = None
    precision: Annotated[
        str | None, Field(description="Type of weights and gradients, such as bf16.")
    ] = None
    repeats: Annotated[int | None, Field(ge=1, description="Runs behind each figure.")] = None
    date: Annotated[Text | None, Field(description="When it was measured.")] = None
