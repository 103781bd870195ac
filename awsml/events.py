"""What a backend tells while a plan runs; only the command line draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Started:
    """First line of a run: where it is, and under which name."""

    run: str
    where: str  # "on this machine" or "on AWS account 1111..., us-east-1"
    name: str


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """A run entered a phase (Starting, Downloading, Training, Interrupted, Uploading...)."""

    phase: str
    at: float
    detail: str | None = None
    subject: str | None = None  # a trial or child job; None is the run itself


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line that the job printed; `stream` names the host or child."""

    stream: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One value of a metric, read from the log by the scenario's regex."""

    name: str
    value: float
    at: float
    step: int | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of something is done: bytes copied, trials finished."""

    what: str
    done: float
    total: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class TrialChanged:
    """Where a trial of a search stands; the trial's own events belong to its own run.

    With a `subject` it is all that is known of a trial elsewhere, and is kept as that child.
    """

    number: int
    run: str
    status: str
    setting: Mapping[str, str]
    at: float
    objective: float | None = None
    best: bool = False
    seconds: float = 0.0
    usd: float | None = None
    reason: str | None = None
    subject: str | None = None
    metric: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something the user should know; level is `info`, `warning` or `differs` (from AWS)."""

    text: str
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Finished:
    """Completed, Failed or Stopped, why, and the figures; the last event of what ended."""

    status: str
    reason: str | None
    at: float
    figures: Mapping[str, Any] = field(default_factory=dict)
    subject: str | None = None


Event = Started | PhaseChanged | LogLine | MetricPoint | Progress | TrialChanged | Note | Finished
