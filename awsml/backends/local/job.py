"""A CreateTrainingJob request as this machine reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from awsml.backends.local.refs import ACCOUNT, REGION
from awsml.errors import BackendError

CHECKPOINT_PATH = "/opt/ml/checkpoints"
_CHANNEL = re.compile(r"[A-Za-z0-9._-]{1,64}")  # SageMaker's own pattern
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Channel:
    """One entry of InputDataConfig. `groups` limits it to instance groups; empty is all."""

    name: str
    uri: str
    data_type: str = "S3Prefix"
    mode: str = "File"
    sharded: bool = False
    content_type: str | None = None
    gzip: bool = False
    record_io: bool = False
    shuffle_seed: int | None = None
    attributes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    file_system: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Hosts of one instance type."""

    name: str
    instance: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """What the request asks for, apart from what only AWS can do."""

    name: str
    image: str | None
    entrypoint: tuple[str, ...]
    hyperparameters: Mapping[str, str]
    environment: Mapping[str, str]
    channels: tuple[Channel, ...]
    groups: tuple[Group, ...]
    metrics: Mapping[str, str]
    output: str
    compressed: bool
    checkpoint: str | None
    checkpoint_path: str
    runtime_seconds: int
    wait_seconds: int | None
    spot: bool
    network: bool
    region: str

    @property
    def hosts(self) -> tuple[str, ...]:
        """algo-1 to algo-N, in the order of their names."""
        return tuple(sorted(host for group in self.groups for host in group.hosts))

    @property
    def arn(self) -> str:
        return f"arn:aws:sagemaker:{self.region}:{ACCOUNT}:training-job/{self.name}"

    @property
    def program(self) -> str | None:
        """The script of script mode, as the training toolkit finds it."""
        return self._order("sagemaker_program", "SAGEMAKER_PROGRAM")

    @property
    def code(self) -> str | None:
        return self._order("sagemaker_submit_directory", "SAGEMAKER_SUBMIT_DIRECTORY")

    def group_of(self, host: str) -> Group:
        return next(group for group in self.groups if host in group.hosts)

    def _order(self, parameter: str, variable: str) -> str | None:
        value = decoded(self.hyperparameters.get(parameter, "")) or self.environment.get(variable)
        return str(value) if value else None


def training_job(params: Mapping[str, Any], region: str = REGION) -> TrainingJob:
    """Reads resolved parameters; what is absent gets the service's default."""
    algorithm = params.get("AlgorithmSpecification", {})
    whole = algorithm.get("TrainingInputMode", "File")
    stopping = params.get("StoppingCondition", {})
    checkpoint = params.get("CheckpointConfig", {})
    output = params.get("OutputDataConfig", {})
    return TrainingJob(
        name=params["TrainingJobName"],
        image=algorithm.get("TrainingImage") or algorithm.get("AlgorithmName"),
        entrypoint=(
            *algorithm.get("ContainerEntrypoint", ()),
            *algorithm.get("ContainerArguments", ()),
        ),
        hyperparameters={k: str(v) for k, v in params.get("HyperParameters", {}).items()},
        environment={k: str(v) for k, v in params.get("Environment", {}).items()},
        channels=tuple(_channel(entry, whole) for entry in params.get("InputDataConfig", ())),
        groups=_groups(params.get("ResourceConfig", {})),
        metrics={m["Name"]: m["Regex"] for m in algorithm.get("MetricDefinitions", ())},
        output=output.get("S3OutputPath", ""),
        compressed=output.get("CompressionType", "GZIP") != "NONE",
        checkpoint=checkpoint.get("S3Uri"),
        checkpoint_path=checkpoint.get("LocalPath", CHECKPOINT_PATH),
        runtime_seconds=int(stopping.get("MaxRuntimeInSeconds", _DAY_SECONDS)),
        wait_seconds=stopping.get("MaxWaitTimeInSeconds"),
        spot=bool(params.get("EnableManagedSpotTraining")),
        network=not params.get("EnableNetworkIsolation", False),
        region=region,
    )


def decoded(text: str) -> Any:
    """A hyperparameter as the toolkit sees it: JSON where it is JSON, else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _channel(entry: Mapping[str, Any], whole: str) -> Channel:
    source = entry.get("DataSource", {})
    s3 = source.get("S3DataSource", {})
    shuffle = entry.get("ShuffleConfig")
    return Channel(
        name=_folder_name(entry["ChannelName"]),
        uri=s3.get("S3Uri", ""),
        data_type=s3.get("S3DataType", "S3Prefix"),
        mode=entry.get("InputMode") or whole,
        sharded=s3.get("S3DataDistributionType") == "ShardedByS3Key",
        content_type=entry.get("ContentType"),
        gzip=entry.get("CompressionType") == "Gzip",
        record_io=entry.get("RecordWrapperType") == "RecordIO",
        shuffle_seed=int(shuffle["Seed"]) if shuffle else None,
        attributes=tuple(s3.get("AttributeNames", ())),
        groups=tuple(s3.get("InstanceGroupNames", ())),
        file_system="FileSystemDataSource" in source,
    )


def _folder_name(channel: str) -> str:
    """A channel is a folder here: its name must not lead to another one."""
    if not _CHANNEL.fullmatch(channel) or set(channel) == {"."}:
        raise BackendError(
            f"`{channel}` cannot be the name of a channel",
            hint="use letters, digits and . _ -",
            slug="channel-name-unusable",
        )
    return channel


def _groups(resources: Mapping[str, Any]) -> tuple[Group, ...]:
    """Instance groups with their hosts; a plain cluster is one group with AWS's own name."""
    wanted = resources.get("InstanceGroups") or [
        {"InstanceGroupName": "homogeneousCluster", **_first_choice(resources)}
    ]
    groups, taken = [], 0
    for group in wanted:
        count = int(group.get("InstanceCount", 1))
        hosts = tuple(f"algo-{taken + n + 1}" for n in range(count))
        groups.append(Group(group["InstanceGroupName"], group["InstanceType"], hosts))
        taken += count
    return tuple(groups)


def _first_choice(resources: Mapping[str, Any]) -> Mapping[str, Any]:
    """The preferred instance type, whose rank is first where preferences are given."""
    preferences = resources.get("InstancePreferences") or [resources]
    first = preferences[0]
    return {
        "InstanceType": first.get("InstanceType", "local"),
        "InstanceCount": first.get("InstanceCount", resources.get("InstanceCount", 1)),
    }
