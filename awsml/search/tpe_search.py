"""Bayesian search by optuna's tree-structured Parzen estimator, asked anew for each trial.

AWS's own Bayesian search is a Gaussian process: its suggestions will differ.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from awsml.errors import UsageError
from awsml.search.space import Space
from awsml.search.trial import Tried

_SEEDS_APART = 100_003


@dataclass(frozen=True, slots=True)
class TpeSearch:
    """Running trials count as the worst one so far, so that nothing is tried beside them."""

    space: Space
    seed: int
    maximize: bool

    def suggest(self, number: int, tried: Sequence[Tried]) -> dict[str, str] | None:
        study = self._study(number, tried)
        trial = study.ask()
        units = [
            self._choice_at(trial.suggest_categorical(d.name, list(range(len(d.choices)))), d)
            if d.choices
            else float(trial.suggest_float(d.name, 0.0, 1.0))
            for d in self.space.dimensions
        ]
        return self.space.setting(units)

    def _study(self, number: int, tried: Sequence[Tried]) -> Any:
        """A study in memory that holds the history."""
        optuna = _optuna()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # optuna calls `multivariate` experimental
            sampler = optuna.samplers.TPESampler(
                seed=self.seed * _SEEDS_APART + number, multivariate=True
            )
        study = optuna.create_study(
            sampler=sampler, direction="maximize" if self.maximize else "minimize"
        )
        known = [each.objective for each in tried if each.objective is not None]
        if not known:
            return study
        worst = min(known) if self.maximize else max(known)
        for each in tried:
            value = worst if each.running else each.objective
            units = self.space.units(each.setting)
            if value is not None and units is not None:
                study.add_trial(self._past(optuna, units, value))
        return study

    def _past(self, optuna: Any, units: Sequence[float], value: float) -> Any:
        values: dict[str, Any] = {}
        shapes: dict[str, Any] = {}
        for dimension, unit in zip(self.space.dimensions, units, strict=True):
            count = len(dimension.choices)
            if count:
                indices = list(range(count))
                shapes[dimension.name] = optuna.distributions.CategoricalDistribution(indices)
                values[dimension.name] = min(count - 1, int(unit * count))
            else:
                shapes[dimension.name] = optuna.distributions.FloatDistribution(0.0, 1.0)
                values[dimension.name] = unit
        return optuna.trial.create_trial(params=values, distributions=shapes, value=value)

    @staticmethod
    def _choice_at(index: int, dimension: Any) -> float:
        return (index + 0.5) / len(dimension.choices)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError as error:
        raise UsageError(
            "Bayesian search on this machine needs optuna, which is not installed",
            hint='install it: pip install "awsml[hpo]", or use --strategy random',
            slug="optuna-missing",
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna
