"""What is kept of an object beside its bytes: its etag and the headers it was put with.

A record names the very file that it describes (inode, size, time of change). So it is written
before the file is put in place, and a crash in between leaves a record that nobody believes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from threading import get_native_id


@dataclass(frozen=True, slots=True)
class Record:
    """The parts of an object that its file does not hold."""

    etag: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def derived(cls, state: os.stat_result) -> Record:
        """For a file without a record. The dash says, as S3's multipart etags do: no MD5."""
        return cls(f"{blake2b(_identity(state).encode(), digest_size=16).hexdigest()}-1")

    def with_etag(self, etag: str) -> Record:
        return replace(self, etag=etag)


def read_record(path: Path, state: os.stat_result) -> Record | None:
    """The record, unless there is none or it describes another file."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(kept, dict) or kept.get("file") != _identity(state):
        return None
    headers = kept.get("headers")
    return Record(
        str(kept.get("etag") or Record.derived(state).etag),
        {str(k): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {},
    )


def write_record(path: Path, record: Record, state: os.stat_result) -> None:
    """Write beside, then swap; the folder may vanish as empty meanwhile."""
    text = json.dumps({"file": _identity(state), **asdict(record)})
    beside = path.with_name(f"{os.getpid()}-{get_native_id()}%")  # no key's name ends so
    for _ in range(100):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)
            return
        except FileNotFoundError:
            continue


def remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder and those above it, up to `top`, as far as they hold nothing."""
    while folder != top:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _identity(state: os.stat_result) -> str:
    return f"{state.st_ino}-{state.st_size}-{state.st_mtime_ns}"
