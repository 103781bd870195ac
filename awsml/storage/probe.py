"""A dataset in numbers: size, objects, their distribution, and how fast its first bytes come."""

from __future__ import annotations

import statistics
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from awsml.storage.errors import DataError
from awsml.storage.formats import HEAD_BYTES, format_of
from awsml.storage.objects import Address, Object, Store
from awsml.storage.ordered import ordered

HOSTS = (2, 4, 8)
_SAMPLE = 64  # objects that are read
_ALL_SAMPLE_BYTES = 256 * 2**20
_SAMPLE_BYTES = 32 * 2**20  # of each, at most
_STREAMS = 4
_BLOCK = 4 * 2**20
_MOST_SUFFIXES = 1000


@dataclass(frozen=True, slots=True)
class Sizes:
    """Distribution of the objects' sizes, in bytes."""

    smallest: int
    median: int
    mean: float
    p95: int
    largest: int


@dataclass(frozen=True, slots=True)
class Skew:
    """Shards by object over so many hosts: the fullest host against an even share."""

    hosts: int
    largest_bytes: int
    even_bytes: float
    idle_hosts: int

    @property
    def ratio(self) -> float:
        return self.largest_bytes / self.even_bytes if self.even_bytes else 1.0


@dataclass(frozen=True, slots=True)
class Speed:
    """Reading a sample from where the probe ran: one stream, and several at once."""

    objects: int
    bytes: int
    first_byte_seconds: float
    stream_bytes_per_second: float
    streams: int
    bytes_per_second: float


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found. `formats` counts objects by what a sample of each ending holds."""

    source: str
    bytes: int
    objects: int
    sizes: Sizes
    formats: dict[str, int]
    skew: tuple[Skew, ...]
    speed: Speed | None

    def as_json(self) -> dict[str, Any]:
        found = asdict(self)
        found["skew"] = [asdict(skew) | {"ratio": round(skew.ratio, 3)} for skew in self.skew]
        return {"version": 1, **found}


@dataclass(slots=True)
class _Listing:
    """What is kept of a listing: sizes, endings, and a few objects spread over it."""

    sizes: array[int]
    suffixes: Counter[str]
    examples: dict[str, Object]
    sample: list[Object]


def probe(
    store: Store,
    source: Address,
    clock: Callable[[], float],
    *,
    shown: str | None = None,
    agreed: Callable[[int], bool] = lambda _: True,
    check: Callable[[int], None] = lambda _: None,
) -> Probe:
    """List everything, then read a sample if `agreed` says yes to so many bytes.

    `check` gets the number of objects listed so far, now and then.
    """
    listing = _listed(store, source, check)
    sizes = listing.sizes
    if not sizes:
        raise DataError(
            f"there are no objects at {shown or source}", hint="run `awsml data ls s3://BUCKET/`"
        )
    sample = _affordable(listing.sample)
    return Probe(
        source=shown or str(source),
        bytes=sum(sizes),
        objects=len(sizes),
        sizes=_distribution(sizes),
        formats=_formats(store, listing),
        skew=tuple(_skew(sizes, hosts) for hosts in HOSTS),
        speed=_speed(store, sample, clock) if sample and agreed(_cost(sample)) else None,
    )


def _listed(store: Store, source: Address, check: Callable[[int], None]) -> _Listing:
    listing = _Listing(array("Q"), Counter(), {}, [])
    every = 1
    for found in store.objects(source.bucket, source.key):
        if found.key.endswith("/") and not found.size:
            continue
        index = len(listing.sizes)
        listing.sizes.append(found.size or 0)
        suffix = PurePosixPath(found.key).suffix.lower()
        if suffix in listing.examples or len(listing.examples) < _MOST_SUFFIXES:
            listing.examples.setdefault(suffix, found)
            listing.suffixes[suffix] += 1
        if index % every == 0:
            listing.sample.append(found)
            check(index)
        if len(listing.sample) == 2 * _SAMPLE:  # thin out: always every n-th object
            del listing.sample[1::2]
            every *= 2
    return listing


def _distribution(sizes: Sequence[int]) -> Sizes:
    ordered_sizes = sorted(sizes)
    last = len(ordered_sizes) - 1
    return Sizes(
        smallest=ordered_sizes[0],
        median=ordered_sizes[last // 2],
        mean=statistics.fmean(ordered_sizes),
        p95=ordered_sizes[round(last * 0.95)],
        largest=ordered_sizes[-1],
    )


def _formats(store: Store, listing: _Listing) -> dict[str, int]:
    """One object of each ending is opened; the ending's other objects are taken to be alike."""
    counts: Counter[str] = Counter()
    for suffix, example in listing.examples.items():
        head = memoryview(bytearray(min(HEAD_BYTES, example.size or 0)))
        if head:
            store.read_into(example, 0, head)
        counts[format_of(example.key, bytes(head))] += listing.suffixes[suffix]
    return dict(counts.most_common())


def _skew(sizes: Sequence[int], hosts: int) -> Skew:
    shares = [sum(sizes[host::hosts]) for host in range(hosts)]
    return Skew(
        hosts, max(shares), sum(sizes) / hosts, sum(not sizes[h::hosts] for h in range(hosts))
    )


def _affordable(objects: Sequence[Object]) -> list[Object]:
    """Fewer objects where they are large; spread as evenly as they came."""
    filled = [found for found in objects if found.size]
    while len(filled) > _SAMPLE or (len(filled) > 1 and _cost(filled) > _ALL_SAMPLE_BYTES):
        filled = filled[::2]
    return filled


def _cost(sample: Sequence[Object]) -> int:
    """Bytes that timing a sample reads, about."""
    sizes = [min(found.size or 0, _SAMPLE_BYTES) for found in sample]
    return sum(sizes) + sizes[0]


def _speed(store: Store, sample: Sequence[Object], clock: Callable[[], float]) -> Speed:
    """First bytes one by one, one object in one stream, and then all several at a time."""
    waits = [_timed(clock, partial(_read, store, found, 1))[0] for found in sample]
    alone, read_alone = _timed(clock, partial(_read, store, sample[0], _SAMPLE_BYTES))
    tasks = [partial(_read, store, found, _SAMPLE_BYTES) for found in sample]
    together, read = _timed(clock, lambda: sum(ordered(tasks, _STREAMS, _STREAMS)))
    return Speed(
        objects=len(sample),
        bytes=read,
        first_byte_seconds=statistics.median(waits),
        stream_bytes_per_second=read_alone / max(alone, 1e-9),
        streams=min(_STREAMS, len(sample)),
        bytes_per_second=read / max(together, 1e-9),
    )


def _read(store: Store, found: Object, most: int) -> int:
    wanted = min(found.size or 0, most)
    buffer = memoryview(bytearray(min(wanted, _BLOCK)))
    for start in range(0, wanted, _BLOCK):
        store.read_into(found, start, buffer[: min(_BLOCK, wanted - start)])
    return wanted


def _timed(clock: Callable[[], float], act: Callable[[], int]) -> tuple[float, int]:
    began = clock()
    result = act()
    return clock() - began, result
