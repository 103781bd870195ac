"""The bytes of a tar archive. Headers are made here because tarfile takes longer than the file."""

from __future__ import annotations

import tarfile

BLOCK = 512
END = bytes(2 * BLOCK)
_TOO_LARGE = 8 * 2**30  # for eleven octal digits
_BEFORE_SUM = b"0000644\0" + b"0000000\0" * 2  # mode, owner, group
_AFTER_SUM = b"0" + bytes(100) + b"ustar\x0000" + bytes(BLOCK - 265)
_FIXED_SUM = sum(_AFTER_SUM) + 8 * ord(" ")  # the sum counts its own field as spaces


def header(name: str, size: int) -> bytes:
    """What stands before a file. No times and owners: the same files make the same archive."""
    raw = name.encode()
    if len(raw) > 100 or size >= _TOO_LARGE:
        return _long_header(name, size)
    start = raw.ljust(100, b"\0") + _BEFORE_SUM + b"%011o\0%011o\0" % (size, 0)
    checksum = sum(start) + _FIXED_SUM
    return start + b"%06o\0 " % checksum + _AFTER_SUM


def padding(size: int) -> bytes:
    """What stands after it."""
    return bytes(-size % BLOCK)


def _long_header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    return info.tobuf(tarfile.PAX_FORMAT)
