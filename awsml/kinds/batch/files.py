"""What a batch job needs of this machine's files: its code, or the repository, and its data."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.kinds.batch.source import is_path
from awsml.kinds.batch.spec import BatchSpec
from awsml.kinds.files import LocalFile, is_local


def batch_files(spec: BatchSpec) -> Iterator[LocalFile]:
    source = spec.source
    if source is not None and is_local(source.dir):
        yield LocalFile("source.dir", source.dir or "", "folder")
    if source is not None and source.git and is_path(source.git):
        yield LocalFile("source.git", source.git, "either")
    if is_local(spec.data):
        yield LocalFile("data", spec.data or "", "either")
