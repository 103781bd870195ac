"""What deciding comes to: values for what the scenario left open, advice, cost and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from awsml.advice import Advice
from awsml.basis import Estimate
from awsml.finding import Finding
from awsml.kinds.kind import Choice
from awsml.report import Cost, TimeLine, unknown_cost


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a decision may rest on beside the scenario: the region in force, the day, and rates
    measured by earlier runs of the same backend, instance, image and data. Without `advise` only
    what the plan itself needs is decided, and what would be an error found."""

    region: str | None = None
    today: date | None = None
    measured: Mapping[str, Estimate] = field(default_factory=dict)
    advise: bool = True
    elsewhere: Mapping[str, Estimate] = field(default_factory=dict)  # billed seconds, by type
    # A path that a scenario field holds, as seen from here; None: files are not to be read.
    local_path: Callable[[str, str], str] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Choices by scenario field, advice, and the figures they rest on; `blocks` are a kind's own
    part of the plan's JSON. `findings` name a field, and have no place yet."""

    choices: Mapping[str, Choice] = field(default_factory=dict)
    advice: tuple[Advice, ...] = ()
    time: TimeLine = field(default_factory=TimeLine)
    cost: Cost = field(default_factory=unknown_cost)
    blocks: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
