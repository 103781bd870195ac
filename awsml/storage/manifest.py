"""ManifestFile and AugmentedManifestFile: which objects and values they name."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, Any

from awsml.storage.errors import DataError
from awsml.storage.objects import Address, Object, Store

LARGEST_MANIFEST = 64 * 2**20  # of a ManifestFile, which is one JSON document
_BLOCK = 4 * 2**20
_HINT = "correct the manifest, or name the objects by a prefix"


def manifest_objects(store: Store, address: Address) -> Iterator[tuple[str, Object]]:
    """Names and objects of `[{"prefix": "s3://bucket/folder/"}, "name", ...]`, sizes unknown."""
    found = store.find(address.bucket, address.key)
    if (found.size or 0) > LARGEST_MANIFEST:
        raise DataError(
            f"the manifest {address} is larger than {LARGEST_MANIFEST // 2**20} MiB",
            hint="split it into several channels, or name the objects by a prefix",
        )
    data = bytearray(found.size or 0)
    store.read_into(found, 0, memoryview(data))
    entries = _json(bytes(data), str(address))
    if not (isinstance(entries, list) and entries and isinstance(entries[0], dict)):
        raise _malformed(address, 'a list that starts with {"prefix": "s3://..."}')
    prefix = entries[0].get("prefix")
    if not isinstance(prefix, str) or not all(isinstance(entry, str) for entry in entries[1:]):
        raise _malformed(address, "a prefix and then the rest of each key as a string")
    start = Address.parse(_encodable(prefix, address))
    for entry in entries[1:]:
        key = start.key + _encodable(entry, address)
        yield entry.lstrip("/"), Object(start.bucket, key)


def augmented_lines(store: Store, address: Address) -> Iterator[str]:
    """The lines of an augmented manifest, read as they are asked for."""
    found = store.find(address.bucket, address.key)
    with _opened(store, found) as file:
        for line in file:
            if line.strip():
                yield _text(line, address)


def line_parts(line: str, attributes: Sequence[str], where: Address) -> Iterator[Address | bytes]:
    """What a line delivers, in the order of the attributes; other attributes are ignored.

    Strings go out as they are and everything else as JSON; AWS documents numbers only.
    """
    values = _json(line.encode(), str(where))
    if not isinstance(values, dict):
        raise _malformed(where, "a JSON object in every line")
    for name in attributes:
        if name not in values:
            raise DataError(
                f"a line of {where} has no `{name}`: {line[:120]}",
                hint="name only attributes that every line has",
            )
        value = values[name]
        if name.endswith("-ref"):
            yield Address.parse(_encodable(str(value), where))
        else:
            text = value if isinstance(value, str) else json.dumps(value)
            yield _encodable(text, where).encode()


def _opened(store: Store, found: Object) -> IO[bytes]:
    """The file itself when it is on this machine, else a copy without a name."""
    path = store.path(found)
    if path is not None:
        return path.open("rb")
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the caller
    size = found.size or 0
    for start in range(0, size, _BLOCK):
        block = bytearray(min(_BLOCK, size - start))
        store.read_into(found, start, memoryview(block))
        copy.write(block)
    copy.seek(0)
    return copy


def _json(data: bytes, where: str) -> Any:
    try:
        return json.loads(data)
    except RecursionError as error:
        raise DataError(f"{where} is nested too deeply", hint=_HINT) from error
    except ValueError as error:
        raise DataError(f"{where} is not JSON: {error}", hint=_HINT) from error


def _text(line: bytes, address: Address) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise DataError(f"{address} is not UTF-8", hint="save the manifest as UTF-8") from error


def _encodable(text: str, address: Address) -> str:
    """JSON can write half a character (`\\ud800`), which no key and no stream can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"{address} holds half a character, `\\u{ord(text[error.start]):x}`",
            hint="write the manifest with `json.dumps`, from whole strings",
        ) from error
    return text


def _malformed(address: Address, expected: str) -> DataError:
    return DataError(f"the manifest {address} is not {expected}", hint=_HINT)
