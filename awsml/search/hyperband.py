"""Hyperband without waiting (ASHA): a trial goes on past a rung only if it is among the best there.

Li et al., "A System for Massively Parallel Hyperparameter Tuning" (2020), in the variant that
stops trials instead of pausing them: brackets begin at different rungs, so that slow starters
are not all judged at the first one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ETA = 3
# The golden ratio's fractional part: neighbours in number fall into different brackets.
_SPREAD = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Hyperband:
    """Resources are steps: values of the objective that a trial has reported."""

    maximize: bool
    least: int
    most: int
    eta: int = ETA

    def stops(
        self, trial: int, reported: Sequence[float], others: Iterable[Sequence[float]]
    ) -> bool:
        """At the most it stops as well: AWS ends a trial that has reached MaxResource."""
        step = len(reported)
        if step >= self.most:
            return True
        if step not in self.rungs(self.bracket(trial)):
            return False
        there = [series[step - 1] for series in others if len(series) >= step]
        there.append(reported[-1])
        kept = len(there) // self.eta
        if kept == 0:
            return False  # too few to say who is good
        return reported[-1] not in sorted(there, reverse=self.maximize)[:kept]

    @property
    def brackets(self) -> int:
        if self.least >= self.most:
            return 1
        return math.floor(math.log(self.most / self.least, self.eta) + 1e-9) + 1

    def rungs(self, bracket: int) -> list[int]:
        """Steps at which trials of a bracket are judged."""
        starts = range(bracket, self.brackets)
        return [rung for i in starts if (rung := self.least * self.eta**i) < self.most]

    def bracket(self, trial: int) -> int:
        """Hyperband's own shares: the more trials, the earlier they are judged."""
        last = self.brackets - 1
        counts = [
            math.ceil((last + 1) / (last - index + 1)) * self.eta ** (last - index)
            for index in range(last + 1)
        ]
        place = int((trial - 1) * _SPREAD % 1 * sum(counts))
        for index, count in enumerate(counts):
            if place < count:
                return index
            place -= count
        return last
