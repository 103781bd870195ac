"""What a training scenario may say. Keys say what the user wants, not the AWS parameter."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from awsml.kinds.parts import Auto, AwsRaw, Code, Image, LocalTerms, Network, Part, Spec
from awsml.kinds.training.entry import is_entry_point
from awsml.scenario.fields import (
    Count,
    Duration,
    Interval,
    Location,
    Name,
    Number,
    Problem,
    Share,
    Size,
    Text,
    Usd,
    VolumeGib,
)

InputMode = Literal["file", "fastfile", "pipe", "auto"]


class Compute(Part):
    """The machines of the job."""

    instance: Annotated[
        str,
        Field(
            description="Instance type, such as ml.g5.2xlarge, or auto.", examples=["ml.g5.2xlarge"]
        ),
    ]
    count: Annotated[int, Field(ge=1, description="How many instances.")] = 1
    volume: Annotated[
        VolumeGib | Auto, Field(description="Storage volume, such as 100 GB, or auto.")
    ] = "auto"
    fallback: Annotated[
        list[str],
        Field(max_length=4, description="Types to try, in order, when the first has no capacity."),
    ] = []
    keep_alive: Annotated[
        Duration | None, Field(description="Keep the instances warm this long after the job.")
    ] = None


class Spot(Part):
    """Managed Spot training."""

    enabled: Annotated[bool, Field(description="Use Spot; `--no-spot` turns it off.")] = True
    max_wait: Annotated[
        Duration | Auto,
        Field(description="Longest time in all, waiting and running; at least limits.runtime."),
    ] = "auto"
    checkpoint: Annotated[
        Location | None, Field(description="Where checkpoints are kept on S3.")
    ] = None
    every: Annotated[
        Interval | None, Field(description="How often the script writes a checkpoint.")
    ] = None
    size: Annotated[Size | None, Field(description="Size of one checkpoint.")] = None


class Checkpoint(Part):
    """Checkpoints of a job, on Spot or not."""

    to: Annotated[
        Location | None,
        Field(description="Where they are kept on S3; beside the output if absent."),
    ] = None
    every: Annotated[
        Interval | None, Field(description="How often the script writes a checkpoint.")
    ] = None
    size: Annotated[Size | None, Field(description="Size of one checkpoint.")] = None
    path: Annotated[
        str | None, Field(description="Folder in the container; /opt/ml/checkpoints if absent.")
    ] = None


class Data(Part):
    """A dataset in numbers, typed or measured by `awsml data probe`."""

    size: Annotated[Size | None, Field(description="Bytes in all, such as 54 GB.")] = None
    objects: Annotated[Count | None, Field(description="Number of objects.")] = None
    access: Annotated[
        Literal["sequential", "random"], Field(description="How the script reads the data.")
    ] = "sequential"
    share: Annotated[Share, Field(description="Part of the data that an epoch reads.")] = 1.0


class FileSystem(Part):
    """An EFS or FSx for Lustre file system as a channel; it needs `network`."""

    id: Annotated[
        str,
        Field(
            description="File system id, such as fs-0123456789abcdef0.",
            examples=["fs-0123456789abcdef0"],
        ),
    ]
    type: Annotated[Literal["efs", "fsx"], Field(description="Kind of file system.")]
    path: Annotated[
        str, Field(description="Directory, for FSx under its mount name.", examples=["/data/train"])
    ]
    access: Annotated[Literal["ro", "rw"], Field(description="Read-only or read-write.")] = "ro"


class Channel(Part):
    """One input of the job."""

    model_config = ConfigDict(json_schema_extra={"x-short-form": {"type": "string"}})

    from_: Annotated[
        Location | None,
        Field(alias="from", description="s3:// prefix or manifest, or a folder beside this file."),
    ] = None
    file_system: Annotated[FileSystem | None, Field(description="EFS or FSx, instead.")] = None
    mode: Annotated[InputMode, Field(description="File, FastFile or Pipe; auto chooses.")] = "auto"
    reads: Annotated[
        Literal["files", "stream", "both"] | None,
        Field(description="What the script can open: files, a stream, or both."),
    ] = None
    type: Annotated[
        Literal["prefix", "manifest", "augmented-manifest"],
        Field(description="What `from` points at."),
    ] = "prefix"
    attributes: Annotated[
        list[str], Field(description="Attributes of an augmented manifest, in order.")
    ] = []
    content_type: Annotated[str | None, Field(description="MIME type of the objects.")] = None
    compression: Annotated[
        Literal["none", "gzip"], Field(description="Gzip objects are unpacked in Pipe mode.")
    ] = "none"
    wrapper: Annotated[
        Literal["none", "recordio"], Field(description="Wrap each object in a RecordIO record.")
    ] = "none"
    shuffle: Annotated[
        int | None, Field(description="Seed; objects are shuffled, again at each epoch of Pipe.")
    ] = None
    distribution: Annotated[
        Literal["replicated", "sharded"], Field(description="All objects to each host, or a share.")
    ] = "replicated"
    data: Annotated[Data, Field(description="The data in numbers.")] = Data()

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        """`train: s3://bucket/prefix/` is short for `train: {from: ...}`."""
        return {"from": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> Channel:
        if (self.from_ is None) == (self.file_system is None):
            raise Problem(
                "a channel needs either `from` or `file_system`",
                hint="write `from: s3://bucket/prefix/`",
                slug="missing-required",
            )
        return self


class Work(Part):
    """What the job computes, in numbers; estimates rest on it."""

    epochs: Annotated[Number | None, Field(gt=0, description="Passes over the data.")] = None
    samples: Annotated[Count | None, Field(description="Samples in the training data.")] = None
    samples_per_second: Annotated[
        Number | None, Field(gt=0, description="Rate of this script on this instance, all GPUs.")
    ] = None
    compute: Annotated[
        Duration | None, Field(description="Training time without waiting for data, if known.")
    ] = None
    megapixels: Annotated[
        Number | None, Field(gt=0, description="Megapixels that one sample decodes to.")
    ] = None
    workers: Annotated[int | None, Field(ge=1, description="Data loader processes.")] = None
    scaling: Annotated[
        str | None,
        Field(description="CSV of throughputs on this type, as `awsml cluster bench` writes."),
    ] = None
    parameters: Annotated[
        Count | None, Field(description="Parameters of the model, whose gradients are exchanged.")
    ] = None
    model_size: Annotated[
        Size | None, Field(description="Bytes the script leaves to be packed into model.tar.gz.")
    ] = None


class Limits(Part):
    """What AWS enforces: a job that reaches the limit is stopped."""

    runtime: Annotated[Duration, Field(description="Longest running time.")] = 86_400
    cost: Annotated[Usd | None, Field(description="Most dollars that the plan may allow.")] = None


class TrainingSpec(Spec):
    """A training job."""

    kind: Annotated[Literal["training"], Field(description="What the job is: training.")]
    name: Annotated[Name, Field(description="Name; AWS's job name begins with it.")]
    code: Annotated[Code | None, Field(description="The script and its folder.")] = None
    image: Annotated[
        Image,
        Field(
            description="Framework, built-in algorithm or own image.",
            examples=[{"framework": "pytorch", "version": "2.10"}],
        ),
    ]
    command: Annotated[
        list[str],
        Field(max_length=100, description="Command of an own image, instead of its default."),
    ] = []
    compute: Annotated[Compute, Field(description="The machines.")]
    spot: Annotated[
        Spot | None,
        Field(description="Managed Spot, with its terms.", examples=[{"enabled": "on"}]),
    ] = None
    checkpoint: Annotated[
        Checkpoint | None, Field(description="Checkpoints of a job without `spot.checkpoint`.")
    ] = None
    inputs: Annotated[
        dict[str, Channel], Field(max_length=20, description="Input channels by name.")
    ] = {}
    workload: Annotated[Work, Field(description="The work in numbers.")] = Work()
    hyperparameters: Annotated[
        dict[str, Text], Field(description="Sent to the script as typed.")
    ] = {}
    metrics: Annotated[
        dict[str, str], Field(description="Metric name to the regex that finds it in the log.")
    ] = {}
    distribution: Annotated[
        Literal["none", "torchrun"], Field(description="How the script is started on all hosts.")
    ] = "none"
    limits: Annotated[Limits, Field(description="Limits that AWS enforces.")] = Limits()
    output: Annotated[
        Location | None, Field(description="Where model.tar.gz goes; s3://bucket/prefix/.")
    ] = None
    environment: Annotated[
        dict[str, str], Field(description="Environment variables; no secrets.")
    ] = {}
    network: Annotated[Network, Field(description="VPC, isolation, encryption.")] = Network()
    local: Annotated[LocalTerms, Field(description="How it runs on this machine.")] = LocalTerms()
    aws: Annotated[AwsRaw, Field(description="Raw parameters by operation; merged last.")] = {}

    @model_validator(mode="after")
    def _entry_point(self) -> TrainingSpec:
        if self.image.framework and self.code and not is_entry_point(self.code.entry):
            raise Problem(
                f"`{self.code.entry}` cannot be an entry point: the training toolkit refuses it",
                hint="name a file inside the code folder: letters, digits and . _ + - /",
                slug="entry-point-invalid",
                field="code.entry",
            )
        return self

    @model_validator(mode="after")
    def _one_checkpoint(self) -> TrainingSpec:
        if self.checkpoint and self.spot and self.spot.checkpoint:
            raise Problem(
                "`checkpoint` and `spot.checkpoint` both say where checkpoints go",
                hint="keep one of them",
                slug="conflicting-fields",
                field="checkpoint",
            )
        return self
