"""S3 addresses, objects, and what every place that holds objects can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from awsml.storage.errors import ObjectError


@dataclass(frozen=True, slots=True)
class Address:
    """s3://bucket/key, where the key may be a prefix or empty."""

    bucket: str
    key: str = ""

    @classmethod
    def parse(cls, uri: str) -> Address:
        scheme, separator, rest = uri.partition("://")
        bucket, _, key = rest.partition("/")
        if scheme != "s3" or not separator or not bucket:
            raise ObjectError(
                "InvalidURI", f"`{uri}` is no S3 address", hint="write it like s3://bucket/prefix/"
            )
        return cls(bucket, key)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True)
class Object:
    """An object as a listing shows it; one named by a manifest has no size or etag yet."""

    bucket: str
    key: str
    size: int | None = None
    etag: str | None = None

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class Store(Protocol):
    """A place that holds objects. Raises ObjectError in S3's words."""

    local: bool  # whether path() answers

    def objects(self, bucket: str, prefix: str) -> Iterator[Object]:
        """Objects whose keys start with the prefix, in the order of their keys."""

    def find(self, bucket: str, key: str) -> Object:
        """One object, with size and etag."""

    def path(self, found: Object) -> Path | None:
        """The file that holds the bytes, where they are on this machine."""

    def read_into(self, found: Object, start: int, buffer: memoryview) -> None:
        """Fill a buffer from a position on; refuses when the object has changed since listed."""

    def close(self) -> None:
        """Let go of what is open between reads. The store can still be used."""
