"""What a file holds, from its first bytes and its name."""

from __future__ import annotations

from pathlib import PurePosixPath

from awsml.storage.recordio import MAGIC

HEAD_BYTES = 512
_TAR_AT = 257
# First bytes -> name of the format.
_STARTS = (
    (MAGIC.to_bytes(4, "little"), "recordio"),
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "parquet"),
    (b"ORC", "orc"),
    (b"Obj\x01", "avro"),
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF", "hdf5"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"RIFF", "riff"),
    (b"PK\x03\x04", "zip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"ARROW1", "arrow"),
)
_NAMES = {".tfrecord": "tfrecord", ".tfrecords": "tfrecord", ".rec": "recordio"}


def format_of(name: str, head: bytes) -> str:
    """The bytes decide; where they are plain text or unknown, the ending of the name does."""
    for start, form in _STARTS:
        if head.startswith(start):
            return form
    if head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "tar"
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _NAMES:
        return _NAMES[suffix]
    if suffix:
        return suffix[1:]
    return "text" if _is_text(head) else "binary"


def _is_text(head: bytes) -> bool:
    try:
        head[:-4].decode()  # the cut may be in the middle of a character
    except UnicodeDecodeError:
        return False
    return b"\0" not in head
