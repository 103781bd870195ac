"""A search in numbers: what a trial does, what is tuned, and how many."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from awsml.workload.training import TrainingWorkload


@dataclass(frozen=True, slots=True)
class SearchRange:
    """One tuned hyperparameter: bounds with a scale, or choices. `scale` is what is asked for."""

    name: str
    scale: str = "auto"
    low: float | None = None
    high: float | None = None
    integer: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchedJob:
    """One definition of a tuning job: what a trial does, and what is tuned. `at` is the scenario
    field that the definition stands under; the empty text is the scenario itself."""

    training: TrainingWorkload
    ranges: tuple[SearchRange, ...]
    at: str = ""


@dataclass(frozen=True, slots=True)
class SearchTarget:
    """How good the best trial has to be: among the best `top` share of all settings, with this
    confidence. `trials` is how many one at a time are known to take."""

    top: float = 0.05
    confidence: float = 0.95
    trials: int | None = None


@dataclass(frozen=True, slots=True)
class TuningWorkload:
    """A search: its trials, how many at once, and the limits that the service enforces."""

    jobs: tuple[SearchedJob, ...]
    strategy: str
    trials: int | None
    parallel: int = 1
    runtime_limit_seconds: int | None = None
    cost_limit_usd: Decimal | None = None
    early_stopping: bool = False
    parents: int = 0
    parent_trials: int | None = None
    same_data: bool = True  # a warm start from jobs on identical data
    target: SearchTarget | None = None
