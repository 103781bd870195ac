"""What a part of the campaign came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of docs/robustness.md: so many tries, and what went wrong in which."""

    what: str
    checked: str
    tries: int
    failures: tuple[str, ...] = ()


def figure(what: str, checked: str, results: list[list[str]]) -> Figure:
    """`results` holds one list of complaints a try; an empty one is a success."""
    told = tuple("; ".join(complaints) for complaints in results if complaints)
    return Figure(what, checked, len(results), told)
