"""Packing a folder: shards in parallel, and those that are there already left alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from awsml.errors import UsageError
from awsml.storage.errors import DataError
from awsml.storage.pack.shards import TARGET, Shard, shards
from awsml.storage.pack.team import written
from awsml.storage.pack.write import Written, remove_cut_off, write_shard
from awsml.storage.places import files_below

# Below this much work a second process costs more than it saves.
_ALONE_SECONDS = 0.3
_FILE_SECONDS = 15e-6
_BYTE_SECONDS = 1e-9

Progress = Callable[[int, int], None]  # bytes written and bytes in all


@dataclass(frozen=True, slots=True)
class Order:
    """What to pack, and how. `header`: each file starts with the same line of names."""

    source: Path
    folder: Path
    form: str
    target: int = TARGET
    header: bool = False
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Packed:
    """What lies in the folder now; `kept` shards were there from an earlier attempt."""

    shards: tuple[Written, ...]
    kept: int

    @property
    def files(self) -> int:
        return sum(shard.files for shard in self.shards)

    @property
    def bytes(self) -> int:
        return sum(shard.bytes for shard in self.shards)

    def as_json(self) -> dict[str, Any]:
        shards = [asdict(shard) for shard in self.shards]
        return {"version": 1, "shards": shards, "kept": self.kept}


def pack(order: Order, progress: Progress = lambda _, __: None) -> Packed:
    """Write the shards into a folder that holds nothing else, and an index beside it."""
    planned = list(_planned(order))
    if not planned:
        raise DataError(f"there are no files in {order.source}")
    order.folder.mkdir(parents=True, exist_ok=True)
    journal = _Journal(order, planned)
    kept = journal.kept()
    total = sum(shard.size for shard in planned)
    done = sum(shard.size for shard in planned if shard.name in kept)
    progress(done, total)
    todo = [shard for shard in planned if shard.name not in kept]
    try:
        for shard, finished in _written(order, todo):
            journal.add(finished)
            done += shard.size
            progress(done, total)
    finally:
        remove_cut_off(order.folder)
    return Packed(tuple(journal.finish(planned)), len(kept))


def index_path(folder: Path) -> Path:
    """Beside the folder: whatever lies in it becomes part of the dataset."""
    return folder.with_name(f"{folder.name}.index.jsonl")


def _planned(order: Order) -> Iterator[Shard]:
    if order.folder.resolve().is_relative_to(order.source.resolve()):
        raise UsageError(
            f"{order.folder} lies inside {order.source}, and would be packed itself",
            hint="choose a folder beside it",
        )
    return shards(order.source, files_below(order.source), order.form, order.target)


def _written(order: Order, todo: Sequence[Shard]) -> Iterator[tuple[Shard, Written]]:
    write = partial(_write, order)
    if order.workers == 1 or len(todo) < 2 or _is_little(todo):
        return ((shard, write(shard)) for shard in todo)
    return written(write, todo, order.workers)


def _write(order: Order, shard: Shard) -> Written:
    try:
        return write_shard(order.source, order.folder, shard, order.form, order.header)
    except OSError as error:
        raise DataError(f"cannot write {order.folder}: {error.strerror or error}") from error


def _is_little(todo: Sequence[Shard]) -> bool:
    work = sum(shard.size * _BYTE_SECONDS + len(shard.pieces) * _FILE_SECONDS for shard in todo)
    return work < _ALONE_SECONDS


class _Journal:
    """Lines beside the folder: what is being packed, then a line for each finished shard."""

    def __init__(self, order: Order, planned: Sequence[Shard]) -> None:
        self._folder = order.folder
        self._path = order.folder.with_name(f"{order.folder.name}.packing")
        self._head = json.dumps({"packing": _fingerprint(order, planned)})
        self._written: dict[str, Written] = {}

    def kept(self) -> set[str]:
        """Names of shards that an earlier attempt at the same finished."""
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        if lines and lines[0] == self._head:
            remove_cut_off(self._folder)
            for line in lines[1:]:
                self._keep(line)
            return set(self._written)
        if any(self._folder.iterdir()):
            raise UsageError(
                f"{self._folder} holds other files already",
                hint="choose an empty folder",
            )
        self._path.write_text(self._head + "\n")
        return set()

    def add(self, written: Written) -> None:
        self._written[written.name] = written
        with self._path.open("a") as journal:
            journal.write(json.dumps(asdict(written)) + "\n")

    def finish(self, planned: Sequence[Shard]) -> list[Written]:
        """Put the index in place of the journal."""
        index = index_path(self._folder)
        with index.open("w", encoding="utf-8") as file:
            for shard in planned:
                start = f'{{"shard": {json.dumps(shard.name)}, "file": '
                for piece in shard.pieces:
                    span = f'"start": {piece.start}, "bytes": {piece.size}'
                    file.write(f"{start}{json.dumps(piece.name)}, {span}}}\n")
        self._path.unlink()
        return [self._written[shard.name] for shard in planned]

    def _keep(self, line: str) -> None:
        try:
            written = Written(**json.loads(line))
            size = (self._folder / written.name).stat().st_size
        except (ValueError, TypeError, OSError):
            return  # cut off by a crash, or removed since
        if size == written.bytes:
            self._written[written.name] = written


def _fingerprint(order: Order, planned: Sequence[Shard]) -> str:
    """The same for the same files, sizes and form."""
    digest = blake2b(digest_size=16)
    digest.update(json.dumps([order.form, order.target, order.header]).encode())
    for shard in planned:
        for piece in shard.pieces:
            digest.update(f"{shard.name}\0{piece.name}\0{piece.start}\0{piece.size}\n".encode())
    return digest.hexdigest()
