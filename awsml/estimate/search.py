"""How many trials a search takes, how long, and how good it gets; pure arithmetic.

Random search, exactly: n trials miss the best share q with probability (1 - q)^n.
Bayesian search, one at a time: fitted on test functions as factor x (random trials)^power.
At P at once it knows less when it chooses: each further one at once costs a share of the trials,
which was fitted where one at a time takes `tuning_reference_jobs`.
"""

from __future__ import annotations

import math

from awsml import catalog
from awsml.basis import Basis, Estimate, weakest
from awsml.estimate.cost_lines import product
from awsml.workload.tuning import SearchTarget

# Strategies that choose by what earlier trials came to.
_LEARNS = frozenset({"bayesian"})


def random_trials(top: float, confidence: float) -> float:
    """Trials of random search until one is among the best `top` share."""
    return math.log(1 - confidence) / math.log(1 - top)


def sequential_trials(strategy: str, target: SearchTarget) -> Estimate:
    """Trials to the target one at a time; what the scenario knows goes before what is fitted."""
    if target.trials is not None:
        return Estimate.exact(float(target.trials), "trials", Basis.ESTIMATED)
    drawn = random_trials(target.top, target.confidence)
    if strategy not in _LEARNS:
        # Hyperband's draws are random ones; what it saves is the time of the bad ones.
        return Estimate.exact(drawn, "trials", Basis.DERIVED)
    power = catalog.ranged("tuning_sequential_power")
    fitted = catalog.ranged("tuning_sequential_factor").scaled(
        drawn ** (power.expected or 1.0), "trials"
    )
    return fitted.mapped(lambda trials: min(trials, drawn))


def trials_to_target(
    strategy: str, target: SearchTarget, parallel: int, penalty: Estimate | None = None
) -> Estimate:
    """`penalty` is how many times the trials unsuited scales cost."""
    alone = sequential_trials(strategy, target)
    needed = alone + extra_trials(strategy, alone, parallel)
    return needed if penalty is None else product(needed, penalty, "trials")


def extra_trials(strategy: str, alone: Estimate, parallel: int) -> Estimate:
    """What `parallel` at once cost in trials against one at a time; nothing where none learn."""
    if strategy not in _LEARNS or parallel == 1:
        return Estimate.exact(0.0, "trials", Basis.DOCUMENTED)
    each = catalog.ranged("tuning_jobs_per_extra_parallel")
    reference = catalog.constant("tuning_reference_jobs").value
    grown = each.scaled((alone.expected or 0.0) / reference)
    return grown.scaled(parallel - 1, "trials")


def wall_seconds(trial: Estimate, trials: Estimate, parallel: int) -> Estimate:
    """`trials` of `trial` seconds, `parallel` at once; the last ones wait for the slowest."""
    share = catalog.ranged("tuning_wall_share")
    waves = trials.scaled(1 / parallel, "1").mapped(lambda value: max(1.0, value))
    stragglers = share.scaled(1 - 1 / parallel, "1")
    return product(trial, waves + stragglers, "s")


def expected_top(strategy: str, trials: float, parallel: int) -> Estimate:
    """The share of all settings that the best of so many trials is among, in the middle case."""
    if strategy not in _LEARNS:
        return Estimate.exact(_median_top(trials), "1", Basis.DERIVED)
    factor = catalog.ranged("tuning_sequential_factor")
    power = catalog.constant("tuning_sequential_power").value
    each = catalog.ranged("tuning_jobs_per_extra_parallel")
    reference = catalog.constant("tuning_reference_jobs").value
    ends = []
    for slow, extra in zip(_ends(factor), _ends(each), strict=True):
        alone = trials / (1 + extra * (parallel - 1) / reference)
        # No search is worse than drawing at random.
        ends.append(_median_top(max(trials, (alone / slow) ** (1 / power))))
    basis = weakest((factor.basis, each.basis))
    return Estimate(ends[0], ends[1], ends[2], "1", basis)


def linear_penalty(decades: float) -> Estimate:
    """How many times the trials it takes to search so many decades on a linear scale."""
    beyond = max(0.0, decades - 2)
    base = catalog.ranged("tuning_linear_base")
    if decades < 2:
        share = max(0.0, decades - 1)
        return base.mapped(lambda value: 1 + (value - 1) * share)
    return base + catalog.ranged("tuning_linear_per_decade").scaled(beyond)


def _median_top(trials: float) -> float:
    return float(1 - 0.5 ** (1 / max(1.0, trials)))


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    expected = estimate.expected or 0.0
    low = expected if estimate.low is None else estimate.low
    high = expected if estimate.high is None else estimate.high
    return low, expected, high
