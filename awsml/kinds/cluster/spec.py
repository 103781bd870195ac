"""What a cluster scenario may say: machines, measurements, a model, questions, claims."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from awsml.kinds.cluster.claims import Claim, Method
from awsml.kinds.parts import Part, Spec
from awsml.scenario.fields import (
    Bandwidth,
    Count,
    MemoryMib,
    Name,
    Number,
    Problem,
    Share,
    Text,
    Usd,
)
from awsml.units import counted


class HardwarePart(Part):
    """One node, the links in it, and how many there are."""

    gpu: Annotated[str | None, Field(description="Card, such as RTX 3090.")] = None
    gpus: Annotated[int | None, Field(ge=1, le=1024, description="GPUs of one node.")] = None
    nodes: Annotated[int, Field(ge=1, description="Nodes there are.")] = 1
    memory: Annotated[
        MemoryMib | None, Field(description="Memory of one GPU; known for common cards.")
    ] = None
    topology: Annotated[
        str | None,
        Field(description="File with `nvidia-smi topo -m`, `topo -p2p r`, `nvlink -s`."),
    ] = None
    peer: Annotated[
        bool | None, Field(description="Whether GPUs read each other's memory directly.")
    ] = None
    numa: Annotated[
        list[int], Field(description="NUMA node of each GPU, where there is no topology.")
    ] = []
    link: Annotated[
        Bandwidth | None,
        Field(description="Measured: what the path between GPUs of one NUMA node carries."),
    ] = None
    network: Annotated[
        Bandwidth | None, Field(description="Line rate between nodes, such as 20 Gbps.")
    ] = None
    network_measured: Annotated[
        bool, Field(description="`network` was measured (iperf3), not read from a data sheet.")
    ] = False
    price: Annotated[Usd | None, Field(description="Price of one card.")] = None
    host_price: Annotated[Usd | None, Field(description="Price of one node without cards.")] = None
    power: Annotated[
        Number | None, Field(gt=0, description="Watts of one card; known for common cards.")
    ] = None
    bridge_price: Annotated[Usd | None, Field(description="Price of one NVLink bridge.")] = None
    years: Annotated[Number, Field(ge=0.1, le=100, description="Years that it is used.")] = 3.0
    electricity: Annotated[Usd, Field(description="Price of a kWh.")] = Decimal("0.15")


class Row(Part):
    """One measured throughput."""

    strategy: Annotated[str, Field(description="Such as ddp or zero2.", examples=["ddp"])]
    gpus: Annotated[Text, Field(description="GPUs in all.", examples=["4"])]
    throughput: Annotated[Text, Field(description="Samples a second in all.", examples=["28.6"])]
    nodes: Annotated[Text, Field(description="Nodes.")] = "1"
    batch_per_gpu: Annotated[Text, Field(description="Samples of a step on each GPU.")] = ""
    accumulation: Annotated[Text, Field(description="Steps between two exchanges.")] = "1"
    host: Annotated[str, Field(description="Which machine.")] = ""


class Model(Part):
    """The model that is trained or served."""

    parameters: Annotated[Count | None, Field(description="Parameters, such as 305M.")] = None
    layers: Annotated[int | None, Field(ge=1, description="Transformer layers.")] = None
    hidden: Annotated[int | None, Field(ge=1, description="Hidden size.")] = None
    heads: Annotated[int | None, Field(ge=1, description="Attention heads.")] = None
    kv_heads: Annotated[int | None, Field(ge=1, description="Key-value heads.")] = None
    vocabulary: Annotated[int, Field(ge=1, description="Tokens of the vocabulary.")] = 50_257
    sequence: Annotated[int, Field(ge=1, description="Tokens of one sample.")] = 1024
    batch: Annotated[Number, Field(gt=0, description="Samples of a step on each GPU.")] = 1
    gradients: Annotated[
        Literal["fp32", "bf16", "fp16"], Field(description="Type in which they are exchanged.")
    ] = "fp32"
    optimizer: Annotated[
        Literal["adam", "adam-8bit", "bf16", "lora"],
        Field(description="What is kept of a parameter: 16, 10, 8 or a little over 2 bytes."),
    ] = "adam"
    weights: Annotated[
        Literal["16-bit", "8-bit", "4-bit"], Field(description="Type in which it serves.")
    ] = "16-bit"
    recompute: Annotated[bool, Field(description="Activations are computed again.")] = False
    flash: Annotated[bool, Field(description="Attention without its matrix.")] = True


class Questions(Part):
    """What is to be decided."""

    predict: Annotated[
        list[Annotated[int, Field(ge=1, le=65_536)]],
        Field(description="Counts of GPUs to predict."),
    ] = []
    target_throughput: Annotated[
        Number | None, Field(gt=0, description="Samples a second that are wanted.")
    ] = None
    budget: Annotated[Usd | None, Field(description="Dollars for parts and machines.")] = None
    use: Annotated[Share, Field(description="Part of the hours of a year that it works.")] = 0.5
    instances: Annotated[
        list[str], Field(description="AWS types to compare with owning the machines.")
    ] = ["p4d.24xlarge", "p5.48xlarge", "g5.48xlarge", "g6e.48xlarge", "g7e.48xlarge"]


class ClusterSpec(Spec):
    """A GPU cluster and the questions about it."""

    kind: Annotated[Literal["cluster"], Field(description="What the job is: cluster.")]
    name: Annotated[Name, Field(description="Name of the cluster.")]
    hardware: Annotated[HardwarePart, Field(description="The machines.")] = HardwarePart()
    measurements: Annotated[
        str | list[Row], Field(description="A CSV beside this file, or its rows.")
    ] = []
    workload: Annotated[Model, Field(description="The model.")] = Model()
    questions: Annotated[Questions, Field(description="What the report answers.")] = Questions()
    claims: Annotated[list[Claim], Field(description="A report's statements, to check.")] = []
    method: Annotated[Method, Field(description="How that report says it measured.")] = Method()

    @model_validator(mode="after")
    def _something_to_say(self) -> ClusterSpec:
        numa = self.hardware.numa
        if numa and self.hardware.gpus and len(numa) != self.hardware.gpus:
            raise Problem(
                f"`numa` has {counted(len(numa), 'entry', 'entries')} for "
                f"{counted(self.hardware.gpus, 'GPU')}",
                hint="write one number for each GPU: `numa: [0, 0, 1, 1]`",
                slug="conflicting-fields",
                field="hardware.numa",
            )
        return self
