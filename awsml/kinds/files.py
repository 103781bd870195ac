"""The fields of a scenario that name files of this machine."""

from __future__ import annotations

from typing import Literal, NamedTuple

from awsml.kinds.parts import Code


class LocalFile(NamedTuple):
    """A file or folder that a field names, as it is written.

    The path starts at `inside`, else at the folder of the scenario that the field stands in. Where
    `instead` lies beside it, it may be absent. `said_by` is the slug of the finding of whoever
    reads it while the plan is made.
    """

    field: str
    path: str
    wanted: Literal["file", "folder", "either"]
    inside: LocalFile | None = None
    instead: str | None = None
    said_by: str | None = None


def is_local(text: str | None) -> bool:
    """Whether a location is a path rather than an address of S3 or of a server."""
    return bool(text) and "://" not in str(text)


def code_files(code: Code, field: str, instead: str | None = None) -> list[LocalFile]:
    """The folder of a script, and the script in it."""
    if not is_local(code.dir):
        return []
    folder = LocalFile(f"{field}.dir", code.dir, "folder")
    return [folder, LocalFile(f"{field}.entry", code.entry, "file", folder, instead)]
