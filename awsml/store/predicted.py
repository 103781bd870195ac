"""What a plan predicted, as its JSON tells it and as a run keeps it: times and dollars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SEARCH = "search"  # the phase that holds all trials; those before it are of one trial
Bounds = tuple[float | None, float | None, float | None]

# What the plan's time line predicts, by the phase that AWS shows it as.
_SHOWN_AS = {
    "provision": "Starting",
    "download": "Downloading",
    "image": "Downloading",
    "init": "Training",
    "listing": "Training",
    "epochs": "Training",
    "upload": "Uploading",
}


def searched(time: Mapping[str, Any]) -> bool:
    return any(phase["name"] == SEARCH for phase in _phases(time))


def whole_seconds(time: Mapping[str, Any]) -> Bounds | None:
    """From the first request to the end; None where there are no phases. A search lasts as long
    as its own phase says, however long one trial takes."""
    phases = _phases(time)
    return _together([phase for phase in phases if phase["name"] == SEARCH] or phases)


def billed_seconds(time: Mapping[str, Any]) -> Bounds | None:
    """What one machine is paid for; None of a search, whose trials overlap."""
    if searched(time):
        return None
    return _together([phase for phase in _phases(time) if phase.get("billed", True)])


def phase_seconds(time: Mapping[str, Any]) -> dict[str, Bounds]:
    """By the phase that AWS shows; of a search none, since its phases are of one trial."""
    if searched(time):
        return {}
    shown: dict[str, list[Mapping[str, Any]]] = {}
    for phase in _phases(time):
        shown.setdefault(_SHOWN_AS.get(phase["name"], phase["name"]), []).append(phase)
    return {name: bounds for name, part in shown.items() if (bounds := _together(part))}


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
