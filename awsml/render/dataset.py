"""A probed dataset and a list of objects as text."""

from __future__ import annotations

from collections.abc import Sequence

from awsml.render.cells import visible
from awsml.render.table import Column, table
from awsml.storage.probe import Probe, Sizes, Speed
from awsml.units import counted, format_bytes, format_duration

_TIMEABLE_BYTES = 2**20
_UNEVEN = 1.1  # a fullest host a tenth above the even share is worth a word


def probe_text(found: Probe, width: int) -> str:
    """Facts first, then what they mean for a channel."""
    total = f"{format_bytes(found.bytes)} in {counted(found.objects, 'object')}"
    formats = ", ".join(f"{name} ({count:,})" for name, count in found.formats.items())
    rows = [
        ("source", visible(found.source)),
        ("size", total),
        ("object size", _sizes(found.sizes)),
        ("format", formats),
        *_skew_rows(found),
        *(_speed_rows(found.speed) if found.speed else ()),
    ]
    return table([Column(""), Column("", shrink=True)], rows, width)


def listing_text(rows: Sequence[tuple[str, int | None]], width: int) -> str:
    if not rows:
        return "nothing there"
    shown = [("" if size is None else format_bytes(size), visible(name)) for name, size in rows]
    return table([Column("", right=True), Column("")], shown, width)


def _sizes(sizes: Sizes) -> str:
    return (
        f"median {format_bytes(sizes.median)}, mean {format_bytes(sizes.mean)}, "
        f"{format_bytes(sizes.smallest)} to {format_bytes(sizes.largest)}, "
        f"95 % below {format_bytes(sizes.p95)}"
    )


def _skew_rows(found: Probe) -> list[tuple[str, str]]:
    rows = []
    for skew in found.skew:
        told = f"fullest host has {skew.ratio:.2f} times an even share"
        if skew.idle_hosts:
            told += f"; {skew.idle_hosts} of {skew.hosts} hosts get nothing"
        elif skew.ratio > _UNEVEN:
            extra = format_bytes(skew.largest_bytes - skew.even_bytes)
            told += f", {extra} more to read than the average"
        rows.append((f"sharded over {skew.hosts}", told))
    return rows


def _speed_rows(speed: Speed) -> list[tuple[str, str]]:
    first = _short(speed.first_byte_seconds) + " (median, from here)"
    if speed.bytes < _TIMEABLE_BYTES:
        return [("first byte", first), ("rate", "too little data to time")]
    rates = (
        f"{format_bytes(speed.stream_bytes_per_second)}/s in one stream, "
        f"{format_bytes(speed.bytes_per_second)}/s in {speed.streams} "
        f"({format_bytes(speed.bytes)} of {counted(speed.objects, 'object')} read, from here)"
    )
    return [("first byte", first), ("rate", rates)]


def _short(seconds: float) -> str:
    return "below 1 ms" if seconds < 0.001 else format_duration(seconds)
