"""What an input channel delivers: its objects, in which order, to which host, in which epoch.

A channel is one element of a request's InputDataConfig. AWS does not document its permutations
and its assignment of objects to hosts; here both follow from the seed, the epoch and the order of
keys, so that a run can be repeated. They are not AWS's.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from awsml.storage.errors import DataError
from awsml.storage.manifest import augmented_lines, line_parts, manifest_objects
from awsml.storage.objects import Address, Object, Store
from awsml.storage.spool import Remembered


@dataclass(frozen=True, slots=True)
class Value:
    """Bytes that come from a manifest itself rather than from an object."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)


Part = Object | Value


@dataclass(frozen=True, slots=True)
class Host:
    """Which of how many hosts reads."""

    index: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Channel:
    """An S3 channel of a training request."""

    name: str
    source: Address
    data_type: str = "S3Prefix"
    attributes: tuple[str, ...] = ()
    sharded: bool = False
    seed: int | None = None
    gzip: bool = False
    record_io: bool = False

    @classmethod
    def from_request(cls, params: Mapping[str, Any]) -> Channel:
        """From an element of InputDataConfig whose DataSource is S3DataSource."""
        source = params["DataSource"]["S3DataSource"]
        return cls(
            params["ChannelName"],
            Address.parse(source["S3Uri"]),
            source.get("S3DataType", "S3Prefix"),
            tuple(source.get("AttributeNames", ())),
            source.get("S3DataDistributionType") == "ShardedByS3Key",
            params.get("ShuffleConfig", {}).get("Seed"),
            params.get("CompressionType") == "Gzip",
            params.get("RecordWrapperType") == "RecordIO",
        )


class ChannelData:
    """The data of a channel as one host sees it. Listed once, as far as it is read."""

    def __init__(self, channel: Channel, store: Store, host: Host | None = None) -> None:
        self.channel = channel
        self._store = store
        self._host = host or Host()
        self._units = Remembered(self._listed())

    def require_some(self) -> None:
        """Raise what stands in the way of the very first object or line."""
        if next(iter(self._units), None) is None:
            raise DataError(
                f"channel `{self.channel.name}`: {self.channel.source} names nothing",
                hint=f"put data there: `awsml data put DIR {self.channel.source}`",
            )

    def files(self) -> Iterator[tuple[str, Object]]:
        """What File and FastFile show this host: relative names and objects, in listed order."""
        if self.channel.data_type == "AugmentedManifestFile":
            raise DataError(
                f"channel `{self.channel.name}`: an augmented manifest needs Pipe",
                hint=f"set `inputs.{self.channel.name}.mode: pipe`",
            )
        for unit in self._shared(self._units):
            name, *known = json.loads(unit)
            yield name, Object(*known)

    def epoch(self, number: int) -> Iterator[Part]:
        """What Pipe streams to this host in an epoch. Empty folder markers deliver nothing."""
        for unit in self._shared(self._ordered(number)):
            yield from self._parts(unit)

    def close(self) -> None:
        self._units.close()

    def _listed(self) -> Iterator[str]:
        """One text for each thing that is shuffled and shared out."""
        channel, store = self.channel, self._store
        match channel.data_type:
            case "S3Prefix":
                found = self._under_prefix()
            case "ManifestFile":
                found = manifest_objects(store, channel.source)
            case "AugmentedManifestFile":
                yield from augmented_lines(store, channel.source)
                return
            case other:
                raise DataError(
                    f"channel `{channel.name}`: no data is known for {other}",
                    hint="use S3Prefix, ManifestFile or AugmentedManifestFile",
                )
        for name, each in found:
            yield json.dumps([name, each.bucket, each.key, each.size, each.etag])

    def _under_prefix(self) -> Iterator[tuple[str, Object]]:
        source = self.channel.source
        empty = True
        for found in self._store.objects(source.bucket, source.key):
            if not (found.key.endswith("/") and not found.size):
                empty = False
                yield relative_name(found.key, source.key), found
        if empty:
            raise DataError(
                f"channel `{self.channel.name}`: no object has the prefix {source}",
                hint=f"run `awsml data ls s3://{source.bucket}/`",
            )

    def _ordered(self, epoch: int) -> Iterable[str]:
        if self.channel.seed is None:
            return self._units
        order = list(range(len(self._units)))
        random.Random(f"{self.channel.seed}:{epoch}").shuffle(order)
        return (self._units[index] for index in order)

    def _shared(self, units: Iterable[str]) -> Iterator[str]:
        """Every n-th unit where the channel is sharded, else all."""
        count = self._host.count if self.channel.sharded else 1
        mine = self._host.index % count
        return (unit for index, unit in enumerate(units) if index % count == mine)

    def _parts(self, unit: str) -> Iterator[Part]:
        if self.channel.data_type != "AugmentedManifestFile":
            yield Object(*json.loads(unit)[1:])
            return
        for value in line_parts(unit, self.channel.attributes, self.channel.source):
            yield Object(value.bucket, value.key) if isinstance(value, Address) else Value(value)


def relative_name(key: str, prefix: str) -> str:
    """Where a key is found below the channel's folder, for a prefix with or without a slash."""
    if key == prefix:
        return key.rpartition("/")[2]
    folder = prefix if prefix.endswith("/") or not prefix else prefix + "/"
    if key.startswith(folder):
        return key.removeprefix(folder)
    return key[prefix.rfind("/") + 1 :]  # part of a folder's name: s3://b/train for train-01/x
