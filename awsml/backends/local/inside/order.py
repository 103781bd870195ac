"""What the launcher is told: which command to start, where, and what it shall see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum


class Isolation(StrEnum):
    """How close to a container this machine lets us come, best first.

    namespaces: literal /opt/ml, host names, the entry point is PID 1, one kill ends the tree.
    symlink: /opt/ml is a link to the run's folder; one host of one run at a time.
    folder: the tree lies elsewhere; SM_* and SAGEMAKER_BASE_DIR say where.
    """

    NAMESPACES = "namespaces"
    SYMLINK = "symlink"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder of this machine shown at another place of the job's view."""

    source: str
    target: str
    readonly: bool


@dataclass(frozen=True, slots=True)
class Order:
    """One host of one attempt. `script`: the entry point is the training toolkit's part, played
    by awsml, which starts `command` as its child; otherwise `command` is the entry point."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str
    isolation: Isolation
    tree: str
    hostname: str
    hosts_file: str | None
    scratch: str
    script: bool
    network: bool = True
    mounts: tuple[Mount, ...] = ()

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Order:
        values = json.loads(text)
        values["command"] = tuple(values["command"])
        values["isolation"] = Isolation(values["isolation"])
        values["mounts"] = tuple(Mount(**mount) for mount in values["mounts"])
        return cls(**values)
