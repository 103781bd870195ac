"""One promise of a benchmark: the target, what was measured, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """A figure and the limit it must keep; `other` is the figure of the alternative `beside` it.

    A figure that could not be measured here is None, and `note` says why.
    """

    what: str
    figure: float | None
    limit: float
    unit: str = ""
    at_least: bool = False
    beside: str = ""
    other: float | None = None
    note: str = ""

    @property
    def kept(self) -> bool | None:
        if self.figure is None:
            return None
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    @property
    def target(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {number(self.limit, self.unit)}"

    @property
    def verdict(self) -> str:
        return {True: "kept", False: "NOT KEPT", None: "not measured"}[self.kept]

    @property
    def alternative(self) -> str:
        if not self.beside or self.other is None:
            return self.beside
        return f"{self.beside}: {number(self.other, self.unit)}"

    def __str__(self) -> str:
        shown = [f"{self.what}: {number(self.figure, self.unit)}", self.target, self.verdict]
        return "; ".join(part for part in [*shown, self.alternative, self.note] if part)


def number(value: float | None, unit: str) -> str:
    """Three digits that count, as people write them."""
    if value is None:
        return "-"
    digits = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
    return f"{digits} {unit}".rstrip()


def told(promises: Iterable[Promise]) -> int:
    """Print each as it comes; the exit status is 1 where one is not kept."""
    status = 0
    for promise in promises:
        print(promise, flush=True)
        if promise.kept is False:
            status = 1
    return status
