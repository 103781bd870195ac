"""What a training job needs of this machine's files."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.kinds.files import LocalFile, code_files, is_local
from awsml.kinds.training.spec import Channel, TrainingSpec

SETUP = "setup.py"  # with it, the training toolkit starts a module instead of a file


def training_files(spec: TrainingSpec, at: str = "") -> Iterator[LocalFile]:
    """`at` is what stands before the fields where the training is part of another scenario."""
    if spec.code is not None and not spec.image.algorithm:
        code = code_files(spec.code, f"{at}code", SETUP if spec.image.framework else None)
        started = not (spec.image.uri and spec.command)  # an own command starts what it likes
        yield from code if started else code[:1]
    for name, channel in spec.inputs.items():
        if is_local(channel.from_):
            yield _input(channel, f"{at}inputs.{name}.from")
    if spec.workload.scaling is not None:
        field = f"{at}workload.scaling"
        yield LocalFile(field, spec.workload.scaling, "file", said_by="measurements-unreadable")


def _input(channel: Channel, field: str) -> LocalFile:
    return LocalFile(field, channel.from_ or "", "either" if channel.type == "prefix" else "file")
