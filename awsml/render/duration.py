"""How long a plan's phases take together; on the plan's JSON, which a run keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SEARCH = "search"  # the phase that holds all trials; those before it are of one trial
Bounds = tuple[float | None, float | None, float | None]


def searched(time: Mapping[str, Any]) -> bool:
    return any(phase["name"] == SEARCH for phase in _phases(time))


def whole_seconds(time: Mapping[str, Any]) -> Bounds | None:
    """From the first request to the end; None where there are no phases."""
    return _together(_counted(time))


def billed_seconds(time: Mapping[str, Any]) -> Bounds | None:
    """What one machine is paid for; None of a search, whose trials overlap."""
    if searched(time):
        return None
    return _together([phase for phase in _phases(time) if phase.get("billed", True)])


def _counted(time: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """A search lasts as long as its own phase says, however long one trial takes."""
    phases = _phases(time)
    whole = [phase for phase in phases if phase["name"] == SEARCH]
    return whole or phases


def _phases(time: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    phases: Sequence[Mapping[str, Any]] = time.get("phases") or ()
    return phases


def _together(phases: Sequence[Mapping[str, Any]]) -> Bounds | None:
    """Each bound added up; one that rests on an unknown is unknown."""
    if not phases:
        return None
    low, expected, high = (
        None if None in (values := [phase["seconds"].get(end) for phase in phases]) else sum(values)
        for end in ("low", "expected", "high")
    )
    return low, expected, high
