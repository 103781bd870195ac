"""The dollars that a search may spend, at the planned price of what its trials run on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from awsml.units import format_usd


@dataclass(frozen=True, slots=True)
class Budget:
    """Dollars, and what an hour of a trial costs; either may be unknown."""

    usd: float | None = None
    usd_per_hour: float | None = None

    @classmethod
    def of(cls, predicted: Mapping[str, Any]) -> Budget:
        """Of what was predicted when the run was made."""
        search = predicted.get("search", {})
        return cls(search.get("budget_usd"), search.get("trial", {}).get("usd_per_hour_at_most"))

    def used_up(self, trial_seconds: float) -> str | None:
        """What is to be said once so many seconds of trials, running ones too, have used it."""
        if self.usd is None or self.usd_per_hour is None:
            return None
        if trial_seconds * self.usd_per_hour / 3600 < self.usd:
            return None
        return f"the budget of {format_usd(self.usd)} is used, at the planned price"
