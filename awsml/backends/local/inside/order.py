"""What the launcher is told: which command to start, where, and what it shall see.

Every trial of a search waits for the launcher to import this. Dataclasses, json and pathlib would
take longer than all else that it does; it is the same Python on both sides, so marshal serves.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping
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


class Mount:
    """A folder of this machine shown at another place of the job's view."""

    __slots__ = ("readonly", "source", "target")

    def __init__(self, source: str, target: str, readonly: bool) -> None:
        self.source, self.target, self.readonly = source, target, readonly


class Order:
    """One host of one attempt. `script`: the entry point is the training toolkit's part, played
    by awsml, which starts `command` as its child; otherwise `command` is the entry point."""

    def __init__(
        self,
        *,
        command: tuple[str, ...],
        environment: Mapping[str, str],
        folder: str,
        isolation: Isolation,
        tree: str,
        hostname: str,
        hosts_file: str | None,
        scratch: str,
        script: bool,
        network: bool = True,
        mounts: tuple[Mount, ...] = (),
    ) -> None:
        self.command, self.environment, self.folder = command, environment, folder
        self.isolation, self.tree, self.scratch = isolation, tree, scratch
        self.hostname, self.hosts_file, self.network = hostname, hosts_file, network
        self.script, self.mounts = script, mounts

    def packed(self) -> bytes:
        plain = {
            **vars(self),
            "environment": dict(self.environment),
            "isolation": self.isolation.value,
            "mounts": [(each.source, each.target, each.readonly) for each in self.mounts],
        }
        return marshal.dumps(plain)

    @classmethod
    def unpacked(cls, data: bytes) -> Order:
        values = marshal.loads(data)
        values["isolation"] = Isolation(values["isolation"])
        values["mounts"] = tuple(Mount(*mount) for mount in values["mounts"])
        return cls(**values)
