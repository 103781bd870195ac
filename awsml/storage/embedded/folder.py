"""Buckets and objects in a folder; an object is a plain file, replaced whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from awsml.storage.embedded.keys import LONGEST_KEY, is_bucket_name, path_of
from awsml.storage.embedded.record import Record, read_record, remove_empty, write_record
from awsml.storage.embedded.walk import Found, walk
from awsml.storage.errors import ObjectError


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it was when looked at; `etag` changes whenever its bytes do."""

    key: str
    path: Path
    size: int
    modified: float
    etag: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to be true for a write to happen (If-None-Match: *, If-Match: etag)."""

    absent: bool = False
    etag: str | None = None


ALWAYS = Condition()


class ObjectFolder:
    """The embedded object store, by default `.awsml/s3`. Safe for many threads and processes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._commit = Lock()

    def buckets(self) -> list[tuple[str, float]]:
        """Names and times of creation, by name."""
        if not self.root.is_dir():
            return []
        found = [entry for entry in os.scandir(self.root) if is_bucket_name(entry.name)]
        return sorted((entry.name, entry.stat().st_mtime) for entry in found)

    def create_bucket(self, bucket: str, exist_ok: bool = False) -> None:
        if not is_bucket_name(bucket):
            raise ObjectError(
                "InvalidBucketName",
                f"`{bucket}` is no bucket name",
                hint="use 3 to 63 lower-case letters, digits, dots and hyphens",
            )
        if self.objects(bucket).is_dir() and not exist_ok:
            raise ObjectError("BucketAlreadyOwnedByYou", f"bucket `{bucket}` exists already")
        self.objects(bucket).mkdir(parents=True, exist_ok=True)

    def has_bucket(self, bucket: str) -> bool:
        return is_bucket_name(bucket) and self.objects(bucket).is_dir()

    def delete_bucket(self, bucket: str) -> None:
        self.require_bucket(bucket)
        if next(walk(self.objects(bucket)), None):
            raise ObjectError("BucketNotEmpty", f"bucket `{bucket}` still holds objects")
        shutil.rmtree(self.root / bucket)

    def objects(self, bucket: str) -> Path:
        return self.root / bucket / "objects"

    def path(self, bucket: str, key: str) -> Path:
        """Where the bytes of a key are, or would be."""
        if not key or len(key.encode()) > LONGEST_KEY:
            raise ObjectError(
                "KeyTooLongError", "a key has 1 to 1024 bytes", hint="choose a shorter name"
            )
        return self.objects(bucket) / path_of(key)

    def require_bucket(self, bucket: str, key: str = "") -> None:
        """`key` is what is looked for in it, as the hint names it."""
        if not self.has_bucket(bucket):
            raise ObjectError(
                "NoSuchBucket",
                f"there is no bucket `{bucket}` in the object store at {self.root}",
                hint=f"run `awsml data put DIR s3://{bucket}/{key}`",
            )

    def head(self, bucket: str, key: str) -> Stored:
        """What is known of an object without opening it."""
        self.require_bucket(bucket)
        path = self.path(bucket, key)
        try:
            return self._stored(bucket, key, path, path.stat())
        except OSError as error:
            raise _no_such_key(bucket, key) from error

    def open(self, bucket: str, key: str) -> tuple[Stored, BinaryIO]:
        """An object and its bytes, which stay the same whatever happens to the key."""
        self.require_bucket(bucket)
        path = self.path(bucket, key)
        try:
            file = path.open("rb", buffering=0)
        except OSError as error:
            raise _no_such_key(bucket, key) from error
        return self._stored(bucket, key, path, os.fstat(file.fileno())), file

    def keys(
        self, bucket: str, prefix: str = "", delimiter: str = "", after: str = ""
    ) -> Iterator[Found]:
        """Keys and common prefixes in S3's order."""
        self.require_bucket(bucket)
        return walk(self.objects(bucket), prefix, delimiter, after)

    def incoming(self, bucket: str, key: str) -> Incoming:
        """A new object that appears when it is committed."""
        self.require_bucket(bucket)
        self.path(bucket, key)
        folder = self.root / bucket / "incoming"
        folder.mkdir(exist_ok=True)
        # No count: each trial of a search has an ObjectFolder of its own in the same process.
        return Incoming(self, bucket, key, folder / uuid.uuid4().hex)

    def put(self, bucket: str, key: str, data: bytes) -> Stored:
        """Store bytes that are at hand."""
        with self.incoming(bucket, key) as incoming:
            incoming.write(data)
            return incoming.commit()

    def put_file(self, bucket: str, key: str, source: Path, link: bool = False) -> Stored:
        """Store a file of this machine: a copy, or a second name of the same bytes."""
        with self.incoming(bucket, key) as incoming:
            incoming.take_file(source, link)
            return incoming.commit()

    def copy(self, source: tuple[str, str], target: tuple[str, str], record: Record) -> Stored:
        """A second object with the same bytes; stored objects never change, so they are linked."""
        found = self.head(*source)
        with self.incoming(*target) as incoming:
            incoming.take_file(found.path, link=True)
            return incoming.commit(record)

    def delete(self, bucket: str, key: str) -> None:
        """Forget an object; one that is not there is deleted already."""
        self.require_bucket(bucket)
        path = self.path(bucket, key)
        record = self._record_path(bucket, key)
        for file, top in ((path, self.objects(bucket)), (record, self.root / bucket / "records")):
            file.unlink(missing_ok=True)
            remove_empty(file.parent, top)

    def _stored(self, bucket: str, key: str, path: Path, state: os.stat_result) -> Stored:
        record = read_record(self._record_path(bucket, key), state) or Record.derived(state)
        return Stored(key, path, state.st_size, state.st_mtime, record.etag, record.headers)

    def _record_path(self, bucket: str, key: str) -> Path:
        return self.root / bucket / "records" / path_of(key)

    def _place(
        self, file: Path, bucket: str, key: str, record: Record | None, condition: Condition
    ) -> Stored:
        path = self.path(bucket, key)
        with self._commit:
            self._check(bucket, key, condition)
            if record is not None:
                write_record(self._record_path(bucket, key), record, file.stat())
            _move(file, path, condition.absent)
        return self.head(bucket, key)

    def _check(self, bucket: str, key: str, condition: Condition) -> None:
        if condition.absent and self.path(bucket, key).exists():
            raise _precondition(bucket, key)
        if condition.etag and self.head(bucket, key).etag != condition.etag:
            raise _precondition(bucket, key)


class Incoming:
    """A file on its way into the store; gone again unless it is committed."""

    def __init__(self, folder: ObjectFolder, bucket: str, key: str, path: Path) -> None:
        self._folder, self._bucket, self._key = folder, bucket, key
        self.path = path
        self._file = path.open("wb", buffering=0)
        self.md5 = hashlib.md5(usedforsecurity=False)
        self._hashed = True

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        self.md5.update(view)
        while view:
            view = view[self._file.write(view) :]

    def take_file(self, source: Path, link: bool) -> None:
        """Be a copy of a file, or the same file where the file system allows a second name."""
        self._hashed = False
        self._file.close()
        self.path.unlink()
        if link:
            try:
                os.link(source, self.path)
                return
            except OSError:
                pass  # another file system, or one without links: copy
        shutil.copyfile(source, self.path)

    def commit(self, record: Record | None = None, condition: Condition = ALWAYS) -> Stored:
        """Make it the object; its etag is the MD5 of what was written, as S3's is."""
        self._file.close()
        if self._hashed and (record is None or not record.etag):
            record = (record or Record("")).with_etag(self.md5.hexdigest())
        return self._folder._place(self.path, self._bucket, self._key, record, condition)


def _move(file: Path, path: Path, absent: bool) -> None:
    """Rename into place; another process may be removing the folder as empty meanwhile."""
    for _ in range(100):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            if absent:
                os.link(file, path)
            else:
                file.replace(path)
            return
        except FileExistsError as error:
            raise ObjectError("PreconditionFailed", "the object exists already") from error
        except FileNotFoundError:
            continue
    raise ObjectError("InternalError", f"cannot write to {path.parent}")


def _precondition(bucket: str, key: str) -> ObjectError:
    return ObjectError("PreconditionFailed", f"s3://{bucket}/{key} is not as the condition says")


def _no_such_key(bucket: str, key: str) -> ObjectError:
    told = f"there is no object s3://{bucket}/{key}"
    return ObjectError("NoSuchKey", told, hint=f"list what is there: awsml data ls s3://{bucket}/")
