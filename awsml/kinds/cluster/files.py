"""What a report on a cluster reads; it says itself what it cannot read."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.kinds.cluster.spec import ClusterSpec
from awsml.kinds.files import LocalFile

_SAID_BY = "cluster-file-unreadable"


def cluster_files(spec: ClusterSpec) -> Iterator[LocalFile]:
    if spec.hardware.topology is not None:
        yield LocalFile("hardware.topology", spec.hardware.topology, "file", said_by=_SAID_BY)
    if isinstance(spec.measurements, str):
        yield LocalFile("measurements", spec.measurements, "file", said_by=_SAID_BY)
