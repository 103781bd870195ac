"""Multipart uploads: parts are files until they are joined into one object."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from awsml.storage.embedded.folder import ALWAYS, Condition, Incoming, ObjectFolder, Stored
from awsml.storage.embedded.record import Record
from awsml.storage.errors import ObjectError

SMALLEST_PART = 5 * 2**20  # S3's limit for every part but the last
MOST_PARTS = 10_000
_PART = re.compile(r"(\d{5})-([0-9a-f]{32})")
_COPY_BLOCK = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Part:
    """An uploaded part; its etag is the MD5 of its bytes."""

    number: int
    etag: str
    size: int
    path: Path


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that was begun and neither completed nor aborted."""

    id: str
    key: str
    begun: float


class Uploads:
    """The unfinished uploads of an object store."""

    def __init__(self, folder: ObjectFolder) -> None:
        self._folder = folder

    def create(self, bucket: str, key: str, record: Record) -> str:
        self._folder.require_bucket(bucket)
        self._folder.path(bucket, key)
        upload = uuid.uuid4().hex
        place = self._uploads(bucket) / upload
        place.mkdir(parents=True)
        about = {"key": key, **asdict(record)}
        (place / "upload.json").write_text(json.dumps(about), encoding="utf-8")
        return upload

    def part(self, bucket: str, key: str, upload: str, number: int) -> Incoming:
        """A part to write into; `keep` puts it in place."""
        self._about(bucket, key, upload)
        if not 1 <= number <= MOST_PARTS:
            raise ObjectError("InvalidArgument", f"a part number is 1 to {MOST_PARTS}")
        return self._folder.incoming(bucket, key)

    def keep(self, bucket: str, upload: str, number: int, incoming: Incoming) -> Part:
        """Put a written part in the place of an earlier one of its number."""
        etag = incoming.md5.hexdigest()
        place = self._uploads(bucket) / upload
        name = f"{number:05d}-{etag}"
        incoming.path.replace(place / name)
        for other in place.glob(f"{number:05d}-*"):
            if other.name != name:
                other.unlink(missing_ok=True)
        return Part(number, etag, (place / name).stat().st_size, place / name)

    def parts(self, bucket: str, key: str, upload: str) -> list[Part]:
        """The parts at hand, by number."""
        self._about(bucket, key, upload)
        found = []
        for entry in os.scandir(self._uploads(bucket) / upload):
            match = _PART.fullmatch(entry.name)
            if match:
                size = entry.stat().st_size
                found.append(Part(int(match[1]), match[2], size, Path(entry.path)))
        return sorted(found, key=lambda part: part.number)

    def complete(
        self,
        bucket: str,
        key: str,
        upload: str,
        chosen: Sequence[tuple[int, str]],
        condition: Condition = ALWAYS,
    ) -> Stored:
        """Join the parts that were named into the object."""
        record = self._about(bucket, key, upload)
        parts = self._chosen(bucket, key, upload, chosen)
        digests = b"".join(bytes.fromhex(part.etag) for part in parts)
        etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"
        with self._folder.incoming(bucket, key) as incoming:
            _join([part.path for part in parts], incoming.path)
            stored = incoming.commit(record.with_etag(etag), condition)
        self.abort(bucket, key, upload)
        return stored

    def abort(self, bucket: str, key: str, upload: str) -> None:
        self._about(bucket, key, upload)
        shutil.rmtree(self._uploads(bucket) / upload, ignore_errors=True)

    def unfinished(self, bucket: str, prefix: str = "") -> list[Upload]:
        """Uploads of keys with a prefix, by key."""
        self._folder.require_bucket(bucket)
        place = self._uploads(bucket)
        found = []
        for entry in os.scandir(place) if place.is_dir() else ():
            about = _read(Path(entry.path))
            if about is not None and about["key"].startswith(prefix):
                found.append(Upload(entry.name, about["key"], entry.stat().st_mtime))
        return sorted(found, key=lambda upload: (upload.key, upload.begun))

    def _chosen(
        self, bucket: str, key: str, upload: str, chosen: Sequence[tuple[int, str]]
    ) -> list[Part]:
        numbers = [number for number, _ in chosen]
        if not chosen or numbers != sorted(set(numbers)):
            raise ObjectError("InvalidPartOrder", "parts must be named once each, in order")
        at_hand = {part.number: part for part in self.parts(bucket, key, upload)}
        for number, etag in chosen:
            if number not in at_hand or at_hand[number].etag != etag.strip('"'):
                raise ObjectError("InvalidPart", f"part {number} was not uploaded with that etag")
        parts = [at_hand[number] for number in numbers]
        if any(part.size < SMALLEST_PART for part in parts[:-1]):
            raise ObjectError("EntityTooSmall", "every part but the last needs 5 MiB or more")
        return parts

    def _about(self, bucket: str, key: str, upload: str) -> Record:
        self._folder.require_bucket(bucket)
        known = re.fullmatch(r"[0-9a-f]{32}", upload) is not None
        about = _read(self._uploads(bucket) / upload) if known else None
        if about is None or about["key"] != key:
            raise ObjectError("NoSuchUpload", "there is no such upload; aborted or completed?")
        return Record("", about["headers"])

    def _uploads(self, bucket: str) -> Path:
        return self._folder.root / bucket / "uploads"


def _read(place: Path) -> dict[str, Any] | None:
    try:
        about: dict[str, Any] = json.loads((place / "upload.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return about


def _join(parts: Sequence[Path], target: Path) -> None:
    with target.open("wb", buffering=0) as joined:
        for part in parts:
            with part.open("rb", buffering=0) as piece:
                shutil.copyfileobj(piece, joined, _COPY_BLOCK)
