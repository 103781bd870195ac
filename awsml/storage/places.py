"""Places on this machine that hold objects: the embedded store, and a plain folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.errors import ObjectError
from awsml.storage.objects import Object

# What awsml keeps of a project is never part of its data.
_STATE = ".awsml/"
_STILL = "leave the data alone while it is read, and run this again"


class FolderStore:
    """The embedded object store, read without its server."""

    local = True

    def __init__(self, folder: ObjectFolder) -> None:
        self.folder = folder

    def objects(self, bucket: str, prefix: str) -> Iterator[Object]:
        for found in self.folder.keys(bucket, prefix):
            if found.path is not None:
                yield Object(bucket, found.key, os.stat(found.path).st_size)

    def buckets(self) -> list[str]:
        return [name for name, _ in self.folder.buckets()]

    def level(self, bucket: str, prefix: str) -> Iterator[tuple[str, int | None]]:
        """Keys with sizes, and common prefixes without, up to the next slash."""
        for found in self.folder.keys(bucket, prefix, "/"):
            yield found.key, None if found.path is None else os.stat(found.path).st_size

    def find(self, bucket: str, key: str) -> Object:
        stored = self.folder.head(bucket, key)
        return Object(bucket, key, stored.size, stored.etag)

    def path(self, found: Object) -> Path:
        return self.folder.path(found.bucket, found.key)

    def read_into(self, found: Object, start: int, buffer: memoryview) -> None:
        read_file_into(self.path(found), found, start, buffer)

    def close(self) -> None:
        """Nothing is open between reads."""


class DirectoryStore:
    """A folder of plain files, whose relative paths are the keys of one bucket."""

    local = True

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def objects(self, bucket: str, prefix: str) -> Iterator[Object]:
        if not self.root.is_dir():
            raise ObjectError(
                "NoSuchBucket", f"there is no folder {self.root}", hint="correct the path"
            )
        for key, size in files_below(self.root):
            if key.startswith(prefix):
                yield Object(bucket, key, size)

    def find(self, bucket: str, key: str) -> Object:
        path = self._inside(key)
        if not path.is_file():
            raise ObjectError("NoSuchKey", f"there is no file {path}")
        return Object(bucket, key, path.stat().st_size)

    def path(self, found: Object) -> Path:
        return self._inside(found.key)

    def read_into(self, found: Object, start: int, buffer: memoryview) -> None:
        read_file_into(self.path(found), found, start, buffer)

    def close(self) -> None:
        """Nothing is open between reads."""

    def _inside(self, key: str) -> Path:
        if key.startswith("/") or ".." in key.split("/") or "\0" in key:
            raise ObjectError("InvalidURI", f"`{key}` leaves the folder {self.root}")
        return self.root / key


def read_file_into(path: Path, found: Object, start: int, buffer: memoryview) -> None:
    """Fill a buffer from a file that may have vanished or shrunk since it was listed."""
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(start)
            while buffer:
                count = file.readinto(buffer)
                if not count:
                    raise changed(found)
                buffer = buffer[count:]
    except FileNotFoundError as error:
        raise gone(found) from error


def changed(found: Object) -> ObjectError:
    told = f"{found.uri} changed while it was being read"
    return ObjectError("PreconditionFailed", told, hint=_STILL)


def gone(found: Object) -> ObjectError:
    """Of an object that was listed, or that a manifest names."""
    told = f"{found.uri} is gone, or was never there"
    return ObjectError("NoSuchKey", told, hint=_STILL)


def files_below(root: Path) -> Iterator[tuple[str, int]]:
    """Relative paths and sizes of all files, in the order of their names as keys."""
    return _files(root, "", (root,))


def _files(folder: Path, start: str, above: tuple[Path, ...]) -> Iterator[tuple[str, int]]:
    """Keys and sizes in the order of the keys; links are followed, but never in a circle."""
    entries = [(e.name + "/" if e.is_dir() else e.name, e) for e in os.scandir(folder)]
    for name, entry in sorted(entries, key=lambda pair: pair[0]):
        if name == _STATE:
            continue
        if not name.endswith("/"):
            if entry.is_file():
                yield start + name, entry.stat().st_size
            continue
        inner = Path(entry.path).resolve() if entry.is_symlink() else Path(entry.path)
        if inner not in above:
            yield from _files(inner, start + name, (*above, inner))
