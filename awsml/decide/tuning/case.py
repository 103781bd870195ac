"""A search with any of its settings changed: trials, dollars and time, to compare them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from awsml import catalog
from awsml.basis import Basis, Estimate
from awsml.decide.tuning.scale import ScaleChoice
from awsml.estimate.cost_lines import product
from awsml.estimate.search import trials_to_target, wall_seconds
from awsml.workload.tuning import TuningWorkload

# A warm start teaches, it does not search: so much of the trials is left in any case.
_LEAST_LEFT = 0.25


@dataclass(frozen=True, slots=True)
class SearchCase:
    """One way to search. `usd` and `seconds` are of one whole trial; `training_share` is the
    part of it that early stopping can cut."""

    workload: TuningWorkload
    scales: Sequence[ScaleChoice]
    usd: Estimate
    seconds: Estimate
    training_share: float
    trials: int | None

    def with_(self, **changes: object) -> SearchCase:
        """The same search with fields of its workload changed."""
        return replace(self, workload=replace(self.workload, **changes))  # type: ignore[arg-type]

    def with_scales(self, scales: Sequence[ScaleChoice]) -> SearchCase:
        return replace(self, scales=scales)

    @property
    def penalty(self) -> Estimate:
        """Times the trials that the scales in force cost."""
        whole = Estimate.exact(1.0, "1", Basis.DERIVED)
        for scale in self.scales:
            whole = product(whole, scale.penalty, "1")
        return whole

    @property
    def needed(self) -> Estimate:
        """Trials to the target; a grid runs whole, and without a target the budget does."""
        target = self.workload.target
        if target is None or self.workload.strategy == "grid":
            if self.trials is None:
                return Estimate.unknown("trials", "budget.trials")
            return Estimate.exact(float(self.trials), "trials", Basis.DERIVED)
        work = self.workload
        cold = trials_to_target(work.strategy, target, work.parallel, self.penalty)
        return cold if not work.parents else product(cold, self._left_by_parents(cold), "trials")

    @property
    def trial_usd(self) -> Estimate:
        return product(self.usd, self._kept(), "USD")

    @property
    def trial_seconds(self) -> Estimate:
        return product(self.seconds, self._kept(), "s")

    @property
    def total_usd(self) -> Estimate:
        return product(self.needed, self.trial_usd, "USD")

    @property
    def wall(self) -> Estimate:
        return wall_seconds(self.trial_seconds, self.needed, self.workload.parallel)

    def stopped_share(self) -> Estimate:
        """What of a trial's training is not run: Hyperband, the median rule, or nothing."""
        if self.workload.strategy == "hyperband":
            faster = catalog.ranged("hyperband_speed_up")
            return faster.mapped(lambda times: 1 - 1 / times)
        if self.workload.early_stopping:
            return catalog.ranged("early_stopping_share")
        return Estimate.exact(0.0, "1", Basis.DOCUMENTED)

    def cut_share(self) -> Estimate:
        """The same as a share of the whole trial, start and upload included."""
        return self.stopped_share().scaled(self.training_share)

    def _kept(self) -> Estimate:
        cut = self.cut_share()
        ends = [None if end is None else 1 - end for end in (cut.high, cut.expected, cut.low)]
        return Estimate(ends[0], ends[1], ends[2], "1", cut.basis)

    def _left_by_parents(self, cold: Estimate) -> Estimate:
        """The parents' trials count, all or half of them, as far as they teach."""
        work = self.workload
        kind = "identical" if work.same_data else "transfer"
        share = catalog.ranged(f"warm_start_share_{kind}")
        had = work.parent_trials or (cold.expected or 0.0) * 0.5
        most = 1 - _LEAST_LEFT
        saved = share.mapped(lambda part: min(most, part * had / max(1.0, cold.expected or 1.0)))
        ends = [None if end is None else 1 - end for end in (saved.high, saved.expected, saved.low)]
        basis = share.basis if work.parent_trials else Basis.ASSUMED
        return Estimate(ends[0], ends[1], ends[2], "1", basis)


def grid_size(workload: TuningWorkload, values: int) -> int:
    """Combinations of a grid, with so many values for each range of numbers."""
    return sum(
        math.prod(len(each.choices) or values for each in job.ranges) for job in workload.jobs
    )


def trials_of(workload: TuningWorkload, seconds: Estimate) -> int | None:
    """Trials of the budget: as written, the whole grid, or what fits into the time."""
    if workload.trials is not None:
        return workload.trials
    if workload.strategy == "grid":
        return grid_size(workload, 1)
    limit = workload.runtime_limit_seconds
    if limit is None or not seconds.expected:
        return None
    return max(1, math.floor(limit * workload.parallel / seconds.expected))
