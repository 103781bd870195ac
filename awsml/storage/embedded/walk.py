"""The keys of a bucket in S3's order, read from its folder as they are asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from awsml.storage.embedded.keys import CUT, FOLDER, folder_of, name_of

LAST = "\U0010ffff"  # sorts after every key that starts the same way


@dataclass(frozen=True, slots=True)
class Found:
    """A key with its file, or (no file) the common prefix of keys that were rolled up."""

    key: str
    path: str | None


def walk(objects: Path, prefix: str = "", delimiter: str = "", after: str = "") -> Iterator[Found]:
    """Keys that start with `prefix` and sort after `after`, rolled up at `delimiter`."""
    if delimiter in ("", "/"):
        return _walk(objects, prefix, delimiter == "/", after)
    return _rolled_up(_walk(objects, prefix, False, after), prefix, delimiter, after)


def _walk(objects: Path, prefix: str, roll_up: bool, after: str) -> Iterator[Found]:
    start = prefix[: prefix.rfind("/") + 1]
    stack = [_entries(objects / folder_of(prefix), start)]
    while stack:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
        elif not entry.folder:
            if entry.key.startswith(prefix) and entry.key > after:
                yield Found(entry.key, entry.path)
        elif not entry.key.startswith(prefix):
            continue
        elif roll_up:
            if entry.key > after:
                yield Found(entry.key, None)
        elif entry.key > after or after.startswith(entry.key):
            stack.append(_entries(Path(entry.path), entry.key))


def _rolled_up(keys: Iterator[Found], prefix: str, delimiter: str, after: str) -> Iterator[Found]:
    latest = None
    for found in keys:
        end = found.key.find(delimiter, len(prefix))
        if end < 0:
            yield found
            continue
        common = found.key[: end + len(delimiter)]
        if common != latest and common > after:
            latest = common
            yield Found(common, None)


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str  # of a folder, with its closing slash
    path: str
    folder: bool


def _entries(folder: Path, start: str) -> Iterator[_Entry]:
    """One folder's entries. No name holds a slash, so sorting them sorts all keys below."""
    return iter(sorted(_scanned(folder, start, ""), key=lambda entry: entry.key))


def _scanned(folder: Path, start: str, begun: str) -> Iterator[_Entry]:
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        path = f"{folder}/{name}"
        if name.endswith(CUT):
            yield from _scanned(Path(path), start, begun + name[:-1])
        elif name.endswith(FOLDER):
            yield _Entry(start + name_of(begun + name[:-1]) + "/", path, True)
        else:
            yield _Entry(start + name_of(begun + name), path, False)
