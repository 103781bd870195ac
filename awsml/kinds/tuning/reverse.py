"""A scenario from a CreateHyperParameterTuningJob request: what the language has words for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.kinds.reverse import name_of, said, word
from awsml.kinds.training.reverse import scenario_of as training_scenario_of
from awsml.kinds.tuning.compile import GOALS, STRATEGIES, WARM_STARTS
from awsml.kinds.tuning.ranges import SCALES

Params = Mapping[str, Any]


def scenario_of(request: Params, region: str | None) -> dict[str, Any]:
    """The fields of a tuning scenario; what has no field is left to `aws:`."""
    config = request["HyperParameterTuningJobConfig"]
    limits = config.get("ResourceLimits", {})
    runtime = limits.get("MaxRuntimeInSeconds")
    scenario = {
        "kind": "tuning",
        "name": name_of(request["HyperParameterTuningJobName"]),
        "region": region,
        **_searched(request, config, region),
        "strategy": word(STRATEGIES, config.get("Strategy")),
        "budget": {
            "trials": limits.get("MaxNumberOfTrainingJobs"),
            "parallel": limits.get("MaxParallelTrainingJobs"),
            "runtime": None if runtime is None else f"{runtime}s",
        },
        "early_stopping": "auto" if config.get("TrainingJobEarlyStoppingType") == "Auto" else None,
        "hyperband": _hyperband(config),
        "completion": _completion(config.get("TuningJobCompletionCriteria", {})),
        "warm_start": _warm_start(request.get("WarmStartConfig", {})),
        "seed": config.get("RandomSeed"),
        "tags": {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())},
    }
    return said(scenario)


def _searched(request: Params, config: Params, region: str | None) -> dict[str, Any]:
    """One definition, or several by name."""
    single = request.get("TrainingJobDefinition")
    if single is not None:
        objective = config.get("HyperParameterTuningJobObjective", {})
        return _definition(single, objective, config.get("ParameterRanges", {}), region)
    return {
        "definitions": {
            each.get("DefinitionName", str(index)): _definition(
                each, each.get("TuningObjective", {}), each.get("HyperParameterRanges", {}), region
            )
            for index, each in enumerate(request.get("TrainingJobDefinitions", ()))
        }
    }


def _definition(
    definition: Params, objective: Params, ranges: Params, region: str | None
) -> dict[str, Any]:
    training = {**definition, "TrainingJobName": "trial"}
    training["HyperParameters"] = definition.get("StaticHyperParameters", {})
    preferred = definition.get("HyperParameterTuningResourceConfig", {})
    if preferred.get("InstanceConfigs"):
        choices = [
            {k: v for k, v in choice.items() if k != "VolumeSizeInGB"}
            for choice in preferred["InstanceConfigs"]
        ]
        volume = preferred["InstanceConfigs"][0].get("VolumeSizeInGB")
        training["ResourceConfig"] = {"InstancePreferences": choices, "VolumeSizeInGB": volume}
    elif preferred:
        training["ResourceConfig"] = preferred
    inner = training_scenario_of(training, region)
    for known in ("kind", "name", "region"):
        inner.pop(known, None)
    return {
        "training": inner,
        "objective": {
            "metric": objective.get("MetricName"),
            "goal": word(GOALS, objective.get("Type")),
        },
        "parameters": _parameters(ranges),
    }


def _parameters(ranges: Params) -> dict[str, Any]:
    found: dict[str, Any] = {
        each["Name"]: {"choices": each["Values"]}
        for each in ranges.get("CategoricalParameterRanges", ())
    }
    for kind in ("Continuous", "Integer"):
        for each in ranges.get(f"{kind}ParameterRanges", ()):
            found[each["Name"]] = {
                "low": each["MinValue"],
                "high": each["MaxValue"],
                "scale": word(SCALES, each.get("ScalingType")),
                "type": kind.lower(),
            }
    return found


def _hyperband(config: Params) -> dict[str, Any]:
    settings = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    return {"min": settings.get("MinResource"), "max": settings.get("MaxResource")}


def _completion(criteria: Params) -> dict[str, Any]:
    gains = criteria.get("BestObjectiveNotImproving", {})
    converged = criteria.get("ConvergenceDetected", {}).get("CompleteOnConvergence") == "Enabled"
    return {
        "value": criteria.get("TargetObjectiveMetricValue"),
        "not_improving": gains.get("MaxNumberOfTrainingJobsNotImproving"),
        "converged": converged or None,
    }


def _warm_start(warm: Params) -> dict[str, Any]:
    parents = warm.get("ParentHyperParameterTuningJobs", ())
    return {
        "parents": [parent["HyperParameterTuningJobName"] for parent in parents],
        "type": word(WARM_STARTS, warm.get("WarmStartType")),
    }
