"""Which files go into which shard."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from awsml.storage.errors import DataError
from awsml.storage.recordio import LIMIT

RECORDIO, WEBDATASET, SHARDS = "recordio", "webdataset", "shards"
FORMATS = (RECORDIO, WEBDATASET, SHARDS)
TARGET = 128 * 10**6  # the middle of 100-150 MB, which S3 and a channel like best
MOST = 150 * 10**6
# Files of lines: these may be joined and cut between lines, others only be joined.
TEXT = frozenset((".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".libsvm", ".svm"))
_SEARCH = 2**16


class Piece(NamedTuple):
    """A file, or a part of one that ends with a line. Millions of them go to other processes,
    which a tuple does five times as fast as a dataclass."""

    name: str
    size: int
    start: int = 0


@dataclass(frozen=True, slots=True)
class Shard:
    """One file to be written."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        return sum(piece.size for piece in self.pieces)


def shards(
    root: Path, files: Iterable[tuple[str, int]], form: str, target: int = TARGET
) -> Iterator[Shard]:
    """Fill one shard after another with files in the order of their names."""
    filled = _filled(_groups(root, files, form, target), target)
    for number, (suffix, pieces) in enumerate(filled):
        yield Shard(f"part-{number:05d}{suffix}", tuple(pieces))


def _filled(
    groups: Iterable[tuple[str, list[Piece]]], target: int
) -> Iterator[tuple[str, list[Piece]]]:
    """Groups stay whole; a shard is full when the next group would take it further from target."""
    held: list[Piece] = []
    held_size, held_suffix = 0, ""
    for suffix, group in groups:
        size = sum(piece.size for piece in group)
        over = held_size + size - target
        full = over > 0 and over > target - held_size
        if held and (suffix != held_suffix or full):
            yield held_suffix, held
            held, held_size = [], 0
        held += group
        held_size += size
        held_suffix = suffix
    if held:
        yield held_suffix, held


def _groups(
    root: Path, files: Iterable[tuple[str, int]], form: str, target: int
) -> Iterator[tuple[str, list[Piece]]]:
    """What must stay together, with the suffix of the shard that it belongs into."""
    if form == WEBDATASET:
        yield from _samples(files)
    elif form == RECORDIO:
        for name, size in files:
            if size >= LIMIT:
                raise DataError(
                    f"{root / name} has {size} bytes, and a RecordIO record less than 512 MiB",
                    hint="use --as webdataset",
                )
            yield ".rec", [Piece(name, size)]
    else:
        for name, size in sorted(files, key=lambda file: Path(file[0]).suffix):
            suffix = Path(name).suffix
            for piece in _cut(root, Piece(name, size), suffix, target):
                yield suffix, [piece]


def _samples(files: Iterable[tuple[str, int]]) -> Iterator[tuple[str, list[Piece]]]:
    """WebDataset's samples: files whose names are the same up to the first dot."""
    held: list[Piece] = []
    held_key = None
    for name, size in files:
        folder, slash, base = name.rpartition("/")
        key = folder + slash + base.partition(".")[0]
        if held and key != held_key:
            yield ".tar", held
            held = []
        held.append(Piece(name, size))
        held_key = key
    if held:
        yield ".tar", held


def _cut(root: Path, piece: Piece, suffix: str, target: int) -> Iterator[Piece]:
    """A large file of lines in parts of about the target size."""
    if piece.size <= MOST or suffix not in TEXT:
        yield piece
        return
    start = 0
    with (root / piece.name).open("rb", buffering=0) as file:
        while piece.size - start > target:
            end = _line_end(file.fileno(), start + target, piece.size)
            yield Piece(piece.name, end - start, start)
            start = end
    if start < piece.size:
        yield Piece(piece.name, piece.size - start, start)


def _line_end(fd: int, position: int, size: int) -> int:
    while position < size:
        block = os.pread(fd, _SEARCH, position)
        found = block.find(b"\n")
        if found >= 0:
            return position + found + 1
        if not block:
            break
        position += len(block)
    return size
