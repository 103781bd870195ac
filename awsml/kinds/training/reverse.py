"""A scenario from a CreateTrainingJob request: what the scenario language has words for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.kinds.reverse import name_of, said, word
from awsml.kinds.training.channels import DATA_TYPES, FILE_SYSTEMS, MODES

Params = Mapping[str, Any]


def scenario_of(request: Params, region: str | None) -> dict[str, Any]:
    """The fields of a training scenario; what has no field is left to `aws:`."""
    algorithm = request.get("AlgorithmSpecification", {})
    limits = request.get("StoppingCondition", {})
    scenario = {
        "kind": "training",
        "name": name_of(request["TrainingJobName"]),
        "region": region,
        "role": request.get("RoleArn"),
        "image": {"uri": algorithm.get("TrainingImage") or algorithm.get("AlgorithmName", "none")},
        "command": [
            *algorithm.get("ContainerEntrypoint", ()),
            *algorithm.get("ContainerArguments", ()),
        ],
        "compute": _compute(request.get("ResourceConfig", {})),
        "spot": _spot(request),
        "checkpoint": _checkpoint(request),
        "inputs": {c["ChannelName"]: _channel(c) for c in request.get("InputDataConfig", ())},
        "hyperparameters": request.get("HyperParameters"),
        "metrics": {m["Name"]: m["Regex"] for m in algorithm.get("MetricDefinitions", ())},
        "limits": {"runtime": _seconds(limits.get("MaxRuntimeInSeconds"))},
        "output": request.get("OutputDataConfig", {}).get("S3OutputPath"),
        "environment": request.get("Environment"),
        "network": _network(request),
        "tags": {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())},
    }
    return said(scenario)


def _compute(resources: Params) -> dict[str, Any]:
    preferred = resources.get("InstancePreferences", [])
    first = next(iter([*preferred, *resources.get("InstanceGroups", ()), resources]))
    return {
        "instance": first.get("InstanceType"),
        "count": first.get("InstanceCount"),
        "volume": _unit(resources.get("VolumeSizeInGB"), "GB"),
        "fallback": [other["InstanceType"] for other in preferred[1:]],
        "keep_alive": _seconds(resources.get("KeepAlivePeriodInSeconds")),
    }


def _spot(request: Params) -> dict[str, Any] | None:
    if not request.get("EnableManagedSpotTraining"):
        return None
    wait = request.get("StoppingCondition", {}).get("MaxWaitTimeInSeconds")
    checkpoint = request.get("CheckpointConfig", {})
    own = checkpoint.get("S3Uri") if "LocalPath" not in checkpoint else None
    return {"max_wait": _seconds(wait), "checkpoint": own}


def _checkpoint(request: Params) -> dict[str, Any] | None:
    """With a path of its own, or without Spot."""
    checkpoint = request.get("CheckpointConfig", {})
    if request.get("EnableManagedSpotTraining") and "LocalPath" not in checkpoint:
        return None
    return {"to": checkpoint.get("S3Uri"), "path": checkpoint.get("LocalPath")}


def _channel(channel: Params) -> dict[str, Any]:
    source = channel.get("DataSource", {})
    return {
        **_s3_source(source.get("S3DataSource", {})),
        "file_system": _file_system(source.get("FileSystemDataSource", {})),
        "mode": word(MODES, channel.get("InputMode")),
        "content_type": channel.get("ContentType"),
        "compression": "gzip" if channel.get("CompressionType") == "Gzip" else None,
        "wrapper": "recordio" if channel.get("RecordWrapperType") == "RecordIO" else None,
        "shuffle": channel.get("ShuffleConfig", {}).get("Seed"),
    }


def _s3_source(source: Params) -> dict[str, Any]:
    kind = word(DATA_TYPES, source.get("S3DataType"))
    sharded = source.get("S3DataDistributionType") == "ShardedByS3Key"
    return {
        "from": source.get("S3Uri"),
        "type": None if kind == "prefix" else kind,
        "attributes": source.get("AttributeNames"),
        "distribution": "sharded" if sharded else None,
    }


def _file_system(source: Params) -> dict[str, Any] | None:
    if not source:
        return None
    return {
        "id": source.get("FileSystemId"),
        "type": word(FILE_SYSTEMS, source.get("FileSystemType")),
        "path": source.get("DirectoryPath"),
        "access": source.get("FileSystemAccessMode"),
    }


def _network(request: Params) -> dict[str, Any]:
    vpc = request.get("VpcConfig", {})
    return {
        "subnets": vpc.get("Subnets"),
        "security_groups": vpc.get("SecurityGroupIds"),
        "isolation": request.get("EnableNetworkIsolation") or None,
        "encrypt": request.get("EnableInterContainerTrafficEncryption") or None,
    }


def _seconds(value: int | None) -> str | None:
    return _unit(value, "s", "")


def _unit(value: int | None, unit: str, space: str = " ") -> str | None:
    return None if value is None else f"{value}{space}{unit}"
