"""The /opt/ml tree of one host: its folders and what SageMaker writes into input/config."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awsml.backends.local.job import Channel, TrainingJob

FOLDERS = ("input/config", "input/data", "model", "output/data", "code", "checkpoints")
NETWORK_INTERFACE = "lo"


@dataclass(frozen=True, slots=True)
class HostFolder:
    """Where one host's files lie on this machine; `tree` is what it sees as /opt/ml."""

    path: Path

    @property
    def tree(self) -> Path:
        return self.path / "ml"

    @property
    def scratch(self) -> Path:
        return self.path / "scratch"

    @property
    def failure(self) -> Path:
        return self.tree / "output" / "failure"

    def channel(self, name: str) -> Path:
        return self.tree / "input" / "data" / name

    def make(self) -> None:
        """A fresh tree, as a new instance has it."""
        shutil.rmtree(self.path, ignore_errors=True)
        for folder in FOLDERS:
            (self.tree / folder).mkdir(parents=True)
        self.scratch.mkdir()


def write_config(folder: HostFolder, job: TrainingJob, host: str) -> None:
    """hyperparameters.json, inputdataconfig.json and resourceconfig.json."""
    config = folder.tree / "input" / "config"
    for name, content in (
        ("hyperparameters", dict(job.hyperparameters)),
        ("inputdataconfig", input_data_config(job, host)),
        ("resourceconfig", resource_config(job, host)),
    ):
        text = json.dumps(content, indent=2)
        (config / f"{name}.json").write_text(text, encoding="utf-8")


def input_data_config(job: TrainingJob, host: str) -> dict[str, Any]:
    """Each channel of a host with its mode; FastFile is written as File, as AWS does."""
    return {c.name: _channel_config(c) for c in channels_of(job, host)}


def channels_of(job: TrainingJob, host: str) -> list[Channel]:
    group = job.group_of(host).name
    return [c for c in job.channels if not c.groups or group in c.groups]


def _channel_config(channel: Channel) -> dict[str, Any]:
    config: dict[str, Any] = {
        "TrainingInputMode": "Pipe" if channel.mode == "Pipe" else "File",
        "S3DistributionType": "ShardedByS3Key" if channel.sharded else "FullyReplicated",
        "RecordWrapperType": "RecordIO" if channel.record_io else "None",
    }
    if channel.content_type is not None:
        config["ContentType"] = channel.content_type
    return config


def resource_config(job: TrainingJob, host: str) -> Mapping[str, Any]:
    group = job.group_of(host)
    return {
        "current_host": host,
        "current_instance_type": group.instance,
        "current_group_name": group.name,
        "hosts": list(job.hosts),
        "instance_groups": [
            {
                "instance_group_name": g.name,
                "instance_type": g.instance,
                "hosts": sorted(g.hosts),
            }
            for g in job.groups
        ],
        "network_interface_name": NETWORK_INTERFACE,
    }


def write_hosts_file(path: Path, hosts: tuple[str, ...]) -> None:
    """Names of all hosts on loopback, in front of what this machine's own file says."""
    own = Path("/etc/hosts")
    text = own.read_text(encoding="utf-8", errors="replace") if own.exists() else ""
    names = [f"127.0.0.{number}\t{host}" for number, host in enumerate(hosts, start=1)]
    path.write_text("\n".join(names) + "\n" + text, encoding="utf-8")
