"""The median rule of early stopping: worse than half of the others at the same step.

As AWS documents it: a trial's objective at a step is held against the median of the running
averages of the other trials' objectives up to that step.
https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median


@dataclass(frozen=True, slots=True)
class MedianRule:
    """Silent until enough other trials have come as far, and in the first steps of a trial."""

    maximize: bool
    least_trials: int = 5
    first_step: int = 3

    def stops(
        self, trial: int, reported: Sequence[float], others: Iterable[Sequence[float]]
    ) -> bool:
        step = len(reported)
        if step < self.first_step:
            return False
        averages = [fmean(series[:step]) for series in others if len(series) >= step]
        if len(averages) < self.least_trials:
            return False
        middle = median(averages)
        return reported[-1] < middle if self.maximize else reported[-1] > middle
