"""RecordIO, the framing that Pipe wraps objects in: magic, length, data, padding to four bytes.

A record of 2^29 bytes or more would have to be split, and readers disagree about how to join the
parts (MXNet puts the magic number back between them, AWS's PipeModeDataset does not), so such a
record is refused rather than read differently by each.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from awsml.storage.errors import DataError

MAGIC = 0xCED7230A
LIMIT = 1 << 29  # the length shares its 32 bits with a 3-bit flag
_HINT = "write the records again: `awsml data pack DIR OUT --as recordio`"
_HEADER = struct.Struct("<II")


def header(size: int) -> bytes:
    """What stands before a record of `size` bytes."""
    if size >= LIMIT:
        raise DataError(
            f"a RecordIO record holds less than 512 MiB, and this object has {size} bytes",
            hint="split the object: `awsml data pack DIR OUT --as shards`",
        )
    return _HEADER.pack(MAGIC, size)


def padding(size: int) -> bytes:
    """What stands after it."""
    return bytes(-size % 4)


def records(stream: BinaryIO) -> Iterator[bytes]:
    """The records of a stream, such as a FIFO."""
    while head := stream.read(_HEADER.size):
        if len(head) < _HEADER.size:
            raise DataError("the stream ends inside a RecordIO header", hint=_HINT)
        magic, word = _HEADER.unpack(head)
        if magic != MAGIC or word >= LIMIT:
            raise DataError("this is no stream of whole RecordIO records", hint=_HINT)
        data = stream.read(word + -word % 4)
        if len(data) < word:
            raise DataError("the stream ends inside a RecordIO record", hint=_HINT)
        yield data[:word]
