"""Input channels of a training job; InputMode is written on every one of them."""

from __future__ import annotations

from typing import Any

from awsml.kinds.kind import Context
from awsml.kinds.training.spec import Channel, TrainingSpec
from awsml.plan import Ref

MODES = {"file": "File", "fastfile": "FastFile", "pipe": "Pipe"}
DATA_TYPES = {
    "prefix": "S3Prefix",
    "manifest": "ManifestFile",
    "augmented-manifest": "AugmentedManifestFile",
}
FILE_SYSTEMS = {"efs": "EFS", "fsx": "FSxLustre"}

Item = tuple[dict[str, Any], dict[str, str]]


def input_modes(spec: TrainingSpec, context: Context) -> dict[str, str]:
    """The API's input mode of each channel; what nobody chose is File."""
    return {name: _mode(name, channel, context) for name, channel in spec.inputs.items()}


def _mode(name: str, channel: Channel, context: Context) -> str:
    if channel.file_system is not None:
        return "File"
    mode: str = channel.mode
    if mode == "auto":
        choice = context.choices.get(f"inputs.{name}.mode")
        mode = choice.value if choice else "file"
    return MODES[mode]


def input_data_config(spec: TrainingSpec, context: Context) -> list[Item]:
    """The channels as the API takes them, each with the scenario fields behind it."""
    modes = input_modes(spec, context)
    return [
        _file_system_channel(name, channel)
        if channel.file_system is not None
        else _s3_channel(name, channel, modes[name], context)
        for name, channel in spec.inputs.items()
    ]


def _s3_channel(name: str, channel: Channel, mode: str, context: Context) -> Item:
    field = f"inputs.{name}"
    source: dict[str, Any] = {
        "S3DataType": DATA_TYPES[channel.type],
        "S3Uri": location(channel.from_ or "", name, context),
        "S3DataDistributionType": (
            "ShardedByS3Key" if channel.distribution == "sharded" else "FullyReplicated"
        ),
    }
    value: dict[str, Any] = {
        "ChannelName": name,
        "DataSource": {"S3DataSource": source},
        "InputMode": mode,
    }
    fields = {
        "": field,
        "DataSource.S3DataSource.S3Uri": f"{field}.from",
        "DataSource.S3DataSource.S3DataType": f"{field}.type",
        "DataSource.S3DataSource.S3DataDistributionType": f"{field}.distribution",
        "InputMode": f"{field}.mode",
    }
    if channel.attributes:
        source["AttributeNames"] = channel.attributes
        fields["DataSource.S3DataSource.AttributeNames"] = f"{field}.attributes"
    _put_form(value, fields, channel, field)
    return value, fields


def _put_form(value: dict[str, Any], fields: dict[str, str], channel: Channel, field: str) -> None:
    """How the bytes are shaped: content type, compression, wrapper, shuffling."""
    if channel.content_type is not None:
        value["ContentType"] = channel.content_type
        fields["ContentType"] = f"{field}.content_type"
    if channel.compression == "gzip":
        value["CompressionType"] = "Gzip"
        fields["CompressionType"] = f"{field}.compression"
    if channel.wrapper == "recordio":
        value["RecordWrapperType"] = "RecordIO"
        fields["RecordWrapperType"] = f"{field}.wrapper"
    if channel.shuffle is not None:
        value["ShuffleConfig"] = {"Seed": channel.shuffle}
        fields["ShuffleConfig.Seed"] = f"{field}.shuffle"


def _file_system_channel(name: str, channel: Channel) -> Item:
    assert channel.file_system is not None
    system, field = channel.file_system, f"inputs.{name}.file_system"
    source = {
        "FileSystemId": system.id,
        "FileSystemAccessMode": system.access,
        "FileSystemType": FILE_SYSTEMS[system.type],
        "DirectoryPath": system.path,
    }
    value: dict[str, Any] = {
        "ChannelName": name,
        "DataSource": {"FileSystemDataSource": source},
        "InputMode": "File",
    }
    fields = {
        "": f"inputs.{name}",
        "DataSource.FileSystemDataSource": field,
        "DataSource.FileSystemDataSource.FileSystemId": f"{field}.id",
        "DataSource.FileSystemDataSource.DirectoryPath": f"{field}.path",
        "InputMode": f"inputs.{name}.mode",
    }
    _put_form(value, fields, channel, f"inputs.{name}")
    return value, fields


def location(text: str, name: str, context: Context) -> str | Ref:
    """An S3 URI as it stands; a local folder becomes a ref that is put into S3 when sent."""
    if text.startswith(("s3://", "https://")):
        return text
    return Ref(f"data:{name}", context.local_path(f"inputs.{name}.from", text))
