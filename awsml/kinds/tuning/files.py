"""What a tuning job needs of this machine's files: what its trials do, and an earlier log."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.kinds.files import LocalFile
from awsml.kinds.training.files import training_files
from awsml.kinds.tuning.spec import TuningSpec


def tuning_files(spec: TuningSpec) -> Iterator[LocalFile]:
    for _, at, definition in spec.searched():
        start = f"{at}." if at else ""
        yield from training_files(definition.training, f"{start}training.")
        if definition.objective.log is not None:
            field = f"{start}objective.log"
            yield LocalFile(field, definition.objective.log, "file", said_by="log-unreadable")
