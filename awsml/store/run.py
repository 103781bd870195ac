"""What is known of one run: asked, sent, predicted, happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from awsml.store.owner import Owner


class Status(StrEnum):
    """How far a run is. `Interrupted`: whatever looked after a local run is gone."""

    CREATED = "Created"
    RUNNING = "InProgress"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"
    INTERRUPTED = "Interrupted"

    @property
    def over(self) -> bool:
        return self not in (Status.CREATED, Status.RUNNING, Status.STOPPING)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a run before its first step; everything in it is plain JSON.

    `requests` are the calls as they will be sent: {"service", "operation", "params"}.
    `backend` is local or aws. A child (trial, attempt, array member) names its parent and a
    `label` such as `trial-3`. `predicted` is the plan's `cost` and `time` blocks.
    """

    kind: str
    name: str
    backend: str
    requests: tuple[Mapping[str, Any], ...] = ()
    scenario: str | None = None
    region: str | None = None
    effective: Mapping[str, Any] = field(default_factory=dict)
    predicted: Mapping[str, Any] = field(default_factory=dict)
    parent: str | None = None
    label: str | None = None
    detached: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stood when it was read. `phase` is the backend's own word for where it is.

    `figures` are results (best value, billable seconds, exit code); `remote` says where it is
    on AWS (arn, account, names); `owner` is the process that watches or executes it.
    """

    id: str
    kind: str
    name: str
    backend: str
    status: Status
    created: float
    started: float | None
    ended: float | None
    phase: str | None
    reason: str | None
    requests: tuple[Mapping[str, Any], ...]
    scenario: str | None
    region: str | None
    effective: Mapping[str, Any]
    predicted: Mapping[str, Any]
    figures: Mapping[str, Any]
    remote: Mapping[str, Any]
    parent: str | None
    label: str | None
    detached: bool
    stop_asked: str | None
    owner: Owner | None

    @property
    def over(self) -> bool:
        return self.status.over

    @property
    def watched(self) -> bool:
        """Whether the process that looks after it still lives."""
        return self.owner is not None and self.owner.alive()

    def request(self, operation: str) -> Mapping[str, Any]:
        """The parameters of the first call of an operation; empty when there is none."""
        for call in self.requests:
            if call["operation"] == operation:
                params: Mapping[str, Any] = call["params"]
                return params
        return {}


@dataclass(frozen=True, slots=True)
class PhaseRecord:
    """One phase that a run went through; `ended` is None while it lasts."""

    name: str
    started: float
    ended: float | None
    detail: str | None = None

    @property
    def seconds(self) -> float | None:
        """Never below zero, though another process with another clock may have ended it."""
        return None if self.ended is None else max(0.0, self.ended - self.started)


@dataclass(frozen=True, slots=True)
class MetricRecord:
    """One value of a metric."""

    name: str
    value: float
    at: float
    step: int | None = None


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """Something a backend said; level is info, warning or differs."""

    text: str
    level: str
    at: float


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a run's journal, on disk before the act it announces."""

    number: int
    name: str
    at: float
    detail: Mapping[str, Any]
