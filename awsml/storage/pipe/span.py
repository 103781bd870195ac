"""Objects cut into the ranges in which they are fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from awsml.storage.channel import Part, Value


@dataclass(frozen=True, slots=True)
class Span:
    """A range of an object, or a value whole."""

    part: Part
    start: int = 0
    length: int = 0

    @property
    def first(self) -> bool:
        return self.start == 0

    @property
    def last(self) -> bool:
        return self.start + self.length == self.part.size


def spans(parts: Iterable[Part], length: int) -> Iterator[Span]:
    """Objects of known size cut into ranges; an empty one is one empty range."""
    for part in parts:
        size = part.size or 0
        if isinstance(part, Value):
            yield Span(part)
            continue
        for start in range(0, max(size, 1), length):
            yield Span(part, start, min(length, size - start))
