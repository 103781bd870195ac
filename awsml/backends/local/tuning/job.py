"""A CreateHyperParameterTuningJob request as this machine reads it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from awsml.search.space import Dimension, Space

_SCALES = {"Logarithmic": "log", "ReverseLogarithmic": "reverse-log", "Linear": "linear"}
_RANGES = (
    "IntegerParameterRanges",
    "ContinuousParameterRanges",
    "CategoricalParameterRanges",
)
# Static hyperparameters from which AWS reads Hyperband's largest resource.
_EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
# Where AWS is asked to choose, two decades are searched by decades.
_AUTO_LOG_RATIO = 100.0
_ONLY_IN_DEFINITIONS = frozenset(
    {
        "DefinitionName",
        "TuningObjective",
        "HyperParameterRanges",
        "StaticHyperParameters",
        "HyperParameterTuningResourceConfig",
        "RetryStrategy",
    }
)


@dataclass(frozen=True, slots=True)
class Definition:
    """What trials of one kind run, what is tuned in them, and which metric judges them."""

    members: Mapping[str, Any]
    space: Space
    metric: str
    maximize: bool

    def request(self, tuning: str, number: int, setting: Mapping[str, str]) -> dict[str, Any]:
        """The CreateTrainingJob of one trial, as AWS makes it from the definition."""
        name = f"{tuning}-{number:03d}"
        kept = {k: v for k, v in self.members.items() if k not in _ONLY_IN_DEFINITIONS}
        static = self.members.get("StaticHyperParameters", {})
        hyperparameters = {**static, **setting, "_tuning_objective_metric": self.metric}
        return {
            **kept,
            "TrainingJobName": name,
            "HyperParameters": hyperparameters,
            **self._resources(),
            **self._checkpoint(name),
        }

    def _resources(self) -> dict[str, Any]:
        """Of several instance types the first: there is always capacity here."""
        choices = self.members.get("HyperParameterTuningResourceConfig")
        if choices is None:
            return {}
        return {"ResourceConfig": {**choices, **next(iter(choices.get("InstanceConfigs", [{}])))}}

    def _checkpoint(self, name: str) -> dict[str, Any]:
        """A subfolder for each trial: one that starts must not go on from another's."""
        checkpoint = self.members.get("CheckpointConfig")
        if checkpoint is None:
            return {}
        prefix = str(checkpoint["S3Uri"]).rstrip("/")
        return {"CheckpointConfig": {**checkpoint, "S3Uri": f"{prefix}/{name}"}}


@dataclass(frozen=True, slots=True)
class TuningJob:
    """What the request asks for."""

    name: str
    strategy: str
    definitions: tuple[Definition, ...]
    trials: int | None
    parallel: int
    runtime_seconds: float | None
    stops_early: bool
    resources: tuple[int, int]  # of Hyperband
    enough: float | None
    most_without_gain: int | None
    detects_convergence: bool
    seed: int | None
    parents: tuple[str, ...]

    def definition_of(self, number: int) -> Definition:
        """Several definitions take turns."""
        return self.definitions[(number - 1) % len(self.definitions)]


def tuning_job(params: Mapping[str, Any]) -> TuningJob:
    """Reads resolved parameters; what is absent gets the service's default."""
    config = params["HyperParameterTuningJobConfig"]
    limits = config["ResourceLimits"]
    criteria = config.get("TuningJobCompletionCriteria", {})
    definitions = tuple(_definitions(params, config))
    strategy, trials = config["Strategy"], limits.get("MaxNumberOfTrainingJobs")
    if strategy == "Grid":
        trials = sum(each.space.size or 0 for each in definitions)
    parents = params.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", ())
    gains = criteria.get("BestObjectiveNotImproving", {})
    converged = criteria.get("ConvergenceDetected", {}).get("CompleteOnConvergence")
    return TuningJob(
        name=params["HyperParameterTuningJobName"],
        strategy=strategy,
        definitions=definitions,
        trials=trials,
        parallel=limits["MaxParallelTrainingJobs"],
        runtime_seconds=limits.get("MaxRuntimeInSeconds"),
        stops_early=config.get("TrainingJobEarlyStoppingType") == "Auto",
        resources=_resources(config, definitions),
        enough=criteria.get("TargetObjectiveMetricValue"),
        most_without_gain=gains.get("MaxNumberOfTrainingJobsNotImproving"),
        detects_convergence=converged == "Enabled",
        seed=config.get("RandomSeed"),
        parents=tuple(parent["HyperParameterTuningJobName"] for parent in parents),
    )


def _definitions(params: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[Definition]:
    single = params.get("TrainingJobDefinition")
    for members in [single] if single else params.get("TrainingJobDefinitions", []):
        objective = members.get("TuningObjective") or config["HyperParameterTuningJobObjective"]
        ranges = members.get("HyperParameterRanges") or config.get("ParameterRanges", {})
        yield Definition(
            members=members,
            space=Space(tuple(_dimensions(ranges))),
            metric=objective["MetricName"],
            maximize=objective["Type"] == "Maximize",
        )


def _dimensions(ranges: Mapping[str, Any]) -> Iterator[Dimension]:
    for kind in _RANGES:
        for each in ranges.get(kind, ()):
            if "Values" in each:
                yield Dimension(each["Name"], choices=tuple(each["Values"]))
            else:
                low, high = float(each["MinValue"]), float(each["MaxValue"])
                scale = _SCALES.get(each.get("ScalingType", "Auto")) or _automatic(low, high)
                yield Dimension(each["Name"], (), low, high, scale, kind.startswith("Integer"))


def _automatic(low: float, high: float) -> str:
    return "log" if low > 0 and high / low >= _AUTO_LOG_RATIO else "linear"


def _resources(config: Mapping[str, Any], definitions: tuple[Definition, ...]) -> tuple[int, int]:
    settings = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    static = [
        value
        for each in definitions
        for key, value in each.members.get("StaticHyperParameters", {}).items()
        if key in _EPOCHS
    ]
    most = settings.get("MaxResource") or (_whole(static[0]) if static else 1)
    return settings.get("MinResource", 1), most


def _whole(text: str) -> int:
    """A static hyperparameter as the toolkit sends it."""
    try:
        return max(1, math.floor(float(json.loads(text))))
    except (ValueError, TypeError):
        return 1
