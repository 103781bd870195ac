"""What an endpoint scenario may say: the model, its machines, its traffic, and what was seen."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from awsml.kinds.parts import Auto, AwsRaw, Code, Image, LocalTerms, Network, Part, Spec
from awsml.scenario.fields import (
    Duration,
    Latency,
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


class Model(Part):
    """What answers the requests."""

    data: Annotated[
        Location | None,
        Field(
            description="model.tar.gz in S3; here also a folder or an archive beside this file.",
            examples=["s3://acme/model.tar.gz"],
        ),
    ] = None
    image: Annotated[
        Image,
        Field(
            description="Framework, built-in algorithm or own image.",
            examples=[{"algorithm": "object-detection"}],
        ),
    ]
    code: Annotated[
        Code | None,
        Field(description="Script with model_fn, input_fn, predict_fn, output_fn."),
    ] = None
    environment: Annotated[
        dict[str, Text], Field(description="Environment of the container; no secrets.")
    ] = {}


class Compute(Part):
    """The machines behind the endpoint."""

    instance: Annotated[
        str, Field(description="Instance type to host on.", examples=["ml.g5.xlarge"])
    ]
    count: Annotated[int, Field(ge=1, description="Instances to start with.")] = 1
    volume: Annotated[
        VolumeGib | None, Field(description="Storage, where the type has no disk of its own.")
    ] = None
    startup: Annotated[
        Duration | None, Field(ge=60, le=3600, description="Longest time to the first good ping.")
    ] = None
    download: Annotated[
        Duration | None, Field(ge=60, le=3600, description="Longest time to fetch the model.")
    ] = None


class Traffic(Part):
    """What is asked of the endpoint."""

    requests_per_second: Annotated[
        Number | None, Field(ge=0, description="Requests per second at the busiest time.")
    ] = None
    payload: Annotated[Size | None, Field(description="Bytes of a request.")] = None
    response: Annotated[Size | None, Field(description="Bytes of a response.")] = None
    example: Annotated[
        str | None, Field(description="File that is one request; `endpoint bench` sends it.")
    ] = None
    content_type: Annotated[str, Field(description="Content type of a request.")] = (
        "application/json"
    )
    p99: Annotated[
        Latency | None, Field(gt=0, description="Time within which 99 % have to be answered.")
    ] = None
    mean_share: Annotated[
        Share, Field(gt=0, le=1, description="Mean rate over the busiest, for what a month moves.")
    ] = 1.0
    realtime: Annotated[
        bool, Field(description="Somebody waits for the answer; false if a queue or a file may.")
    ] = True


class Observed(Part):
    """What was measured on `on`; CPU and GPU are shares of all cores and of all GPUs."""

    model_config = ConfigDict(json_schema_extra={"x-short-form": {"type": "string"}})

    file: Annotated[
        str | None, Field(description="CSV or JSON of utilisation, as CloudWatch answers.")
    ] = None
    on: Annotated[
        str | None,
        Field(description="Instance type it was measured on; `compute.instance` if absent."),
    ] = None
    cores: Annotated[
        int | None, Field(ge=1, description="Cores of that machine, where it is no AWS type.")
    ] = None
    gpu: Annotated[Share | None, Field(le=1, description="GPU utilisation, mean.")] = None
    gpu_p95: Annotated[Share | None, Field(le=1, description="GPU utilisation, p95.")] = None
    gpu_p5: Annotated[Share | None, Field(le=1, description="GPU utilisation, p5.")] = None
    gpu_memory: Annotated[Share | None, Field(le=1, description="GPU memory in use.")] = None
    cpu: Annotated[Share | None, Field(le=1, description="CPU utilisation, mean.")] = None
    cpu_p95: Annotated[Share | None, Field(le=1, description="CPU utilisation, p95.")] = None
    memory: Annotated[Share | None, Field(le=1, description="Memory in use.")] = None
    latency: Annotated[
        Latency | None, Field(gt=0, description="ModelLatency of one request, batch of 1.")
    ] = None
    overhead: Annotated[Latency | None, Field(description="OverheadLatency of a request.")] = None
    requests_per_second: Annotated[
        Number | None, Field(ge=0, description="Rate while it was measured.")
    ] = None
    throughput: Annotated[
        Number | None, Field(gt=0, description="Most requests per second one instance sustained.")
    ] = None
    p99: Annotated[Latency | None, Field(description="Latency that 99 % kept.")] = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        """`observed: metrics.csv` is short for `observed: {file: metrics.csv}`."""
        return {"file": value} if isinstance(value, str) else value


class Autoscaling(Part):
    """How many instances, by load."""

    min: Annotated[int, Field(ge=0, description="Fewest instances.")] = 1
    max: Annotated[int, Field(ge=1, description="Most instances.", examples=[4])]
    metric: Annotated[
        Literal["invocations", "concurrency"],
        Field(description="Requests of a minute per instance, or requests at a time."),
    ] = "invocations"
    target: Annotated[
        Number | Auto,
        Field(
            description="What an instance should carry, in requests of the `metric`; auto is half "
            "of what it sustains.",
            examples=["auto"],
        ),
    ] = "auto"
    scale_out: Annotated[Duration, Field(description="Wait between steps up.")] = 300.0
    scale_in: Annotated[Duration, Field(description="Wait between steps down.")] = 300.0

    @model_validator(mode="after")
    def _in_order(self) -> Autoscaling:
        if self.min > self.max:
            raise Problem(
                f"`min: {self.min}` is above `max: {self.max}`",
                hint=f"write `{{min: {self.max}, max: {self.min}}}`",
                field="min",
            )
        return self


class TimeToLive(Part):
    """When the endpoint deletes itself."""

    model_config = ConfigDict(json_schema_extra={"x-short-form": {"type": "string"}})

    after: Annotated[Duration, Field(ge=60, description="Time from its start.", examples=["8h"])]
    role: Annotated[
        str | None, Field(description="Role that EventBridge Scheduler takes to delete it.")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        """`ttl: 8h` is short for `ttl: {after: 8h}`."""
        return value if isinstance(value, dict) else {"after": value}


class Serving(Part):
    """How requests reach the handlers."""

    workers: Annotated[
        int | None, Field(ge=1, le=256, description="Worker processes; one a core if absent.")
    ] = None
    batch: Annotated[
        int, Field(ge=1, le=1024, description="Most requests that one call of predict_fn gets.")
    ] = 1
    wait: Annotated[Latency, Field(le=10, description="Longest wait for a batch to fill.")] = 0.01


class EndpointLocal(LocalTerms):
    """How the endpoint runs on this machine."""

    command: Annotated[
        list[str],
        Field(description="Program that listens as a container does, instead of the handlers."),
    ] = []


class Limits(Part):
    """What the plan may cost."""

    cost: Annotated[Usd | None, Field(description="Most dollars a month.")] = None


class EndpointSpec(Spec):
    """A real-time endpoint."""

    kind: Annotated[Literal["endpoint"], Field(description="What the job is: endpoint.")]
    name: Annotated[Name, Field(description="Name of the endpoint.")]
    model: Annotated[Model, Field(description="Artifact, image and handlers.")]
    compute: Annotated[Compute, Field(description="The machines.")]
    traffic: Annotated[Traffic, Field(description="The load, in numbers.")] = Traffic()
    observed: Annotated[
        Observed, Field(description="Measured figures: typed, a file, or by `endpoint bench`.")
    ] = Observed()
    candidates: Annotated[
        list[str], Field(max_length=40, description="Types to compare; awsml's own if empty.")
    ] = []
    autoscaling: Annotated[Autoscaling | None, Field(description="Instances by load.")] = None
    serving: Annotated[Serving, Field(description="Workers and batches.")] = Serving()
    owner: Annotated[
        str | None, Field(max_length=256, description="Who answers for it; becomes a tag.")
    ] = None
    ttl: Annotated[
        TimeToLive | None, Field(description="Time to live; it deletes itself afterwards.")
    ] = None
    limits: Annotated[Limits, Field(description="What it may cost.")] = Limits()
    network: Annotated[Network, Field(description="VPC and isolation.")] = Network()
    local: Annotated[EndpointLocal, Field(description="How it runs on this machine.")] = (
        EndpointLocal()
    )
    aws: Annotated[AwsRaw, Field(description="Raw parameters by operation; merged last.")] = {}

    @model_validator(mode="after")
    def _owner_once(self) -> EndpointSpec:
        if self.owner is not None and "owner" in self.tags:
            raise Problem(
                "`owner` and `tags.owner` both name the owner",
                hint="keep one of them",
                slug="conflicting-fields",
                field="owner",
            )
        return self
