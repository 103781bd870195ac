"""File and FastFile: a channel's objects as files in a folder, linked or copied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from awsml.storage.channel import ChannelData
from awsml.storage.errors import DataError
from awsml.storage.objects import Object, Store
from awsml.storage.ordered import ordered
from awsml.storage.places import DirectoryStore

PART = 8 * 2**20
WORKERS = 16
Progress = Callable[[int, int], None]  # files and bytes so far


@dataclass(frozen=True, slots=True)
class Staged:
    """What lies in the folder now; `notes` are for the user."""

    files: int
    bytes: int
    linked: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A file that was laid out, or a range of one that was downloaded."""

    target: Path
    bytes: int
    linked: bool = False
    last: bool = True


def stage(
    data: ChannelData,
    store: Store,
    folder: Path,
    *,
    link: bool = True,
    progress: Progress | None = None,
) -> Staged:
    """Lay out a channel for File: local bytes by link (or copy), remote ones downloaded."""
    folder.mkdir(parents=True, exist_ok=True)
    files = size = linked = 0
    begun: set[Path] = set()
    try:
        with closing(_pieces(data, store, folder, link, begun)) as pieces:
            for piece in pieces:
                size += piece.bytes
                files += piece.last
                linked += piece.linked
                if piece.last:
                    begun.discard(piece.target)
                if progress:
                    progress(files, size)
    except BaseException:
        for target in begun:
            target.unlink(missing_ok=True)
        raise
    return Staged(files, size, linked, _notes(data, files, linked))


def stage_fastfile(
    data: ChannelData, store: Store, folder: Path, progress: Progress | None = None
) -> Staged:
    """The same for FastFile, whose rules it enforces; remote bytes are copied ahead, and said."""
    channel = data.channel
    if channel.data_type != "S3Prefix":
        raise DataError(
            f"channel `{channel.name}`: FastFile takes an S3 prefix, no {channel.data_type}",
            hint=f"set `inputs.{channel.name}.mode: file`",
        )
    _refuse_partial_folder(data)
    staged = stage(data, store, folder, progress=progress)
    if staged.files == staged.linked:
        return staged
    copied = "FastFile here: the objects were copied before the start; AWS streams them on demand"
    return Staged(staged.files, staged.bytes, staged.linked, (copied,))


def _refuse_partial_folder(data: ChannelData) -> None:
    prefix = data.channel.source.key
    _, first = next(data.files(), ("", None))
    whole = not prefix or prefix.endswith("/")
    if first and not whole and not first.key.startswith(prefix + "/") and first.key != prefix:
        raise DataError(
            f"channel `{data.channel.name}`: FastFile needs a whole folder, and `{prefix}` is only "
            f"the start of a name such as `{first.key}`",
            hint=f"end the prefix with a slash: `s3://{first.bucket}/{prefix}/`",
        )


def whole_folder(data: ChannelData, store: Store) -> Path | None:
    """The folder that a channel shows just as it is, if it does.

    To mount it costs the same for ten files and for ten million.
    """
    channel = data.channel
    everything = channel.data_type == "S3Prefix" and not channel.source.key and not channel.sharded
    return store.root if everything and isinstance(store, DirectoryStore) else None


def _pieces(
    data: ChannelData, store: Store, folder: Path, link: bool, begun: set[Path]
) -> Generator[_Piece]:
    """Local files one after the other, which is no work; remote ones many at a time."""
    tasks = _tasks(data, store, folder, link, begun)
    if store.local:
        for task in tasks:
            yield task()
        return
    with closing(ordered(tasks, WORKERS, 2 * WORKERS)) as pieces:
        yield from pieces


def _tasks(
    data: ChannelData, store: Store, folder: Path, link: bool, begun: set[Path]
) -> Iterator[Callable[[], _Piece]]:
    made: set[Path] = set()
    for name, found in data.files():
        target = folder / safe_name(name, found)
        if target.parent not in made:
            _make_folder(target.parent, found)
            made.add(target.parent)
        source = store.path(found)
        if source is not None:
            yield partial(_place, found, source, target, link)
            continue
        if target.is_dir():
            raise _both(found)
        begun.add(target)
        yield from _downloads(store, found, target)


def safe_name(name: str, found: Object) -> PurePosixPath:
    """A relative path that stays below its folder; a key need not be one."""
    path = PurePosixPath(name)
    steps = name.split("/")
    if not name or path.is_absolute() or "\0" in name or any(s in ("", ".", "..") for s in steps):
        raise DataError(
            f"{found.uri} cannot be a file: `{name}` is no plain relative path",
            hint="rename the object, or use Pipe",
        )
    return path


def _make_folder(folder: Path, found: Object) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise _both(found) from error


def _place(found: Object, source: Path, target: Path, link: bool) -> _Piece:
    try:
        if source.is_symlink():
            source = source.resolve()
        size = source.stat().st_size
    except OSError as error:
        raise DataError(
            f"{found.uri} is gone, or was never there",
            hint="correct the name in the manifest, or leave the data alone while it is read",
        ) from error
    try:
        target.unlink(missing_ok=True)  # what is there may be another name of the user's file
    except (IsADirectoryError, PermissionError) as error:
        raise _both(found) from error
    if not link:
        shutil.copyfile(source, target)
        return _Piece(target, size)
    try:
        os.link(source, target)
    except OSError:
        target.symlink_to(source.resolve())  # on another file system
    return _Piece(target, size, linked=True)


def _downloads(store: Store, found: Object, target: Path) -> Iterator[Callable[[], _Piece]]:
    """One task for each range of an object, so that one large object also comes in parallel."""
    if found.size is None:
        found = store.find(found.bucket, found.key)
    size = found.size or 0
    with target.open("wb") as file:
        file.truncate(size)
    for start in range(0, max(size, 1), PART):
        yield partial(_fill, store, found, target, start, min(PART, size - start))


def _fill(store: Store, found: Object, target: Path, start: int, length: int) -> _Piece:
    block = memoryview(bytearray(length))
    if length:
        store.read_into(found, start, block)
    with target.open("r+b", buffering=0) as file:
        file.seek(start)
        file.write(block)
    return _Piece(target, length, last=start + length == (found.size or 0))


def _notes(data: ChannelData, files: int, linked: int) -> tuple[str, ...]:
    if not files:
        return (f"channel `{data.channel.name}`: sharding leaves this host without objects",)
    if linked:
        linked_note = "is linked, not copied: a script that writes into it changes your data"
        return (f"channel `{data.channel.name}` {linked_note}",)
    return ()


def _both(found: Object) -> DataError:
    return DataError(
        f"{found.uri} would have to be a file and a folder",
        hint="rename one of the keys, or use Pipe",
    )
