"""A tuning spec in numbers."""

from __future__ import annotations

from dataclasses import replace

from awsml.kinds.training.describe import describe_training
from awsml.kinds.tuning.spec import Definition, Parameter, TuningSpec
from awsml.workload.tuning import SearchedJob, SearchRange, SearchTarget, TuningWorkload


def describe_tuning(spec: TuningSpec) -> TuningWorkload:
    """Trials, ranges, limits and the target that the scenario states."""
    budget, warm, target = spec.budget, spec.warm_start, spec.target
    return TuningWorkload(
        jobs=tuple(_job(definition, at, spec.region) for _, at, definition in spec.searched()),
        strategy=spec.strategy,
        trials=budget.trials,
        parallel=budget.parallel,
        runtime_limit_seconds=None if budget.runtime is None else round(budget.runtime),
        cost_limit_usd=budget.cost,
        early_stopping=spec.early_stopping == "auto",
        parents=len(warm.parents) if warm else 0,
        parent_trials=warm.trials if warm else None,
        same_data=warm is None or warm.type == "identical",
        target=SearchTarget(target.top, target.confidence, target.trials) if target else None,
    )


def _job(definition: Definition, at: str, region: str | None) -> SearchedJob:
    training = describe_training(definition.training)
    return SearchedJob(
        training=replace(training, region=region or training.region),
        ranges=tuple(_range(name, p) for name, p in definition.parameters.items()),
        at=at,
    )


def _range(name: str, parameter: Parameter) -> SearchRange:
    if parameter.choices:
        return SearchRange(name, choices=tuple(parameter.choices))
    return SearchRange(
        name=name,
        scale=parameter.scale,
        low=float(parameter.low or 0),
        high=float(parameter.high or 0),
        integer=parameter.integer,
    )
