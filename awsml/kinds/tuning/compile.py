"""A tuning spec and what was chosen for it, as one CreateHyperParameterTuningJob."""

from __future__ import annotations

from typing import Any

from awsml.finding import Finding
from awsml.kinds.kind import Context
from awsml.kinds.needs import needed_by_aws
from awsml.kinds.request import Request
from awsml.kinds.tuning.definition import Compiled, compiled_definition
from awsml.kinds.tuning.metric_log import log_findings
from awsml.kinds.tuning.ranges import put_ranges
from awsml.kinds.tuning.spec import Definition, Objective, TuningSpec
from awsml.plan import Plan, Ref, Text, join_path

STRATEGIES = {
    "bayesian": "Bayesian",
    "random": "Random",
    "hyperband": "Hyperband",
    "grid": "Grid",
}
WARM_STARTS = {"identical": "IdenticalDataAndAlgorithm", "transfer": "TransferLearning"}
GOALS = {"maximize": "Maximize", "minimize": "Minimize"}
# AWS allows a tuning job 32 characters; a run's id takes 17 and a hyphen.
NAME_LENGTH = 14

_CONFIG = "HyperParameterTuningJobConfig"


def compile_tuning(spec: TuningSpec, context: Context) -> Plan:
    """The plan of a tuning job: one call, with the origin of every parameter."""
    request = Request("sagemaker", "CreateHyperParameterTuningJob", context)
    short = spec.name[:NAME_LENGTH].rstrip("-")
    request.put("HyperParameterTuningJobName", Text((f"{short}-", Ref("run"))), "name")
    _put_search(request, spec, context)
    problems = _put_definitions(request, spec, context)
    _put_warm_start(request, spec)
    request.put_tags(spec.tags)
    if raw := spec.aws.get("CreateHyperParameterTuningJob"):
        request.merge(raw, "aws.CreateHyperParameterTuningJob")
    region = context.region or spec.region or _region_of_trials(spec)
    return Plan(
        kind="tuning",
        name=spec.name,
        calls=(request.call(),),
        region=region,
        file=context.origins.file,
        place=context.origins.place("kind"),
        problems=(*needed_by_aws(_role(spec), region, context), *problems),
    )


def _put_search(request: Request, spec: TuningSpec, context: Context) -> None:
    """Strategy, limits, stopping, and the objective and ranges of a single definition."""
    request.put(f"{_CONFIG}.Strategy", STRATEGIES[spec.strategy], "strategy")
    if spec.hyperband.min or spec.hyperband.max:
        settings = f"{_CONFIG}.StrategyConfig.HyperbandStrategyConfig"
        request.put(f"{settings}.MinResource", spec.hyperband.min, "hyperband.min")
        request.put(f"{settings}.MaxResource", spec.hyperband.max, "hyperband.max")
    _put_limits(request, spec, context)
    stopping = "Auto" if spec.early_stopping == "auto" else "Off"
    request.put(f"{_CONFIG}.TrainingJobEarlyStoppingType", stopping, "early_stopping")
    _put_completion(request, spec)
    request.put(f"{_CONFIG}.RandomSeed", spec.seed, "seed")


def _put_limits(request: Request, spec: TuningSpec, context: Context) -> None:
    limits, budget = f"{_CONFIG}.ResourceLimits", spec.budget
    request.put(f"{limits}.MaxNumberOfTrainingJobs", budget.trials, "budget.trials")
    request.put(f"{limits}.MaxParallelTrainingJobs", budget.parallel, "budget.parallel")
    choice = context.choices.get("budget.runtime")
    runtime = choice.value if choice else budget.runtime
    seconds = None if runtime is None else round(runtime)
    request.put(f"{limits}.MaxRuntimeInSeconds", seconds, "budget.runtime")


def _put_completion(request: Request, spec: TuningSpec) -> None:
    criteria, ends = f"{_CONFIG}.TuningJobCompletionCriteria", spec.completion
    request.put(f"{criteria}.TargetObjectiveMetricValue", ends.value, "completion.value")
    request.put(
        f"{criteria}.BestObjectiveNotImproving.MaxNumberOfTrainingJobsNotImproving",
        ends.not_improving,
        "completion.not_improving",
    )
    if ends.converged:
        path = f"{criteria}.ConvergenceDetected.CompleteOnConvergence"
        request.put(path, "Enabled", "completion.converged")


def _put_definitions(request: Request, spec: TuningSpec, context: Context) -> list[Finding]:
    """One definition, or several, each with its own objective and ranges."""
    problems: list[Finding] = []
    several = bool(spec.definitions)
    for index, (name, at, definition) in enumerate(spec.searched()):
        done = compiled_definition(spec, definition, at, context)
        _put_retries(request, spec, done)
        problems += [*done.problems, *log_findings(definition, at, context)]
        if several:
            _put_one_of_several(request, index, name, at, definition, done)
        else:
            path = f"{_CONFIG}.HyperParameterTuningJobObjective"
            _put_objective(request, path, definition.objective, "objective")
            put_ranges(request, f"{_CONFIG}.ParameterRanges", definition, at, context)
            _put_compiled(request, "TrainingJobDefinition", done)
    return problems


def _put_one_of_several(
    request: Request, index: int, name: str, at: str, definition: Definition, done: Compiled
) -> None:
    """Built on its own and then moved into the list, origins and all."""
    own = Request(request.service, request.operation, request.context)
    own.put("DefinitionName", name, at)
    _put_objective(own, "TuningObjective", definition.objective, f"{at}.objective")
    put_ranges(own, "HyperParameterRanges", definition, at, request.context)
    whole = Compiled(own.params | done.members, own.origins | done.origins)
    definitions = request.params.setdefault("TrainingJobDefinitions", [])
    definitions.append({})
    _move(request, f"TrainingJobDefinitions[{index}]", definitions[index], whole)


def _put_compiled(request: Request, path: str, done: Compiled) -> None:
    target: dict[str, Any] = request.params.setdefault(path, {})
    _move(request, path, target, done)


def _move(request: Request, path: str, target: dict[str, Any], done: Compiled) -> None:
    target.update(done.members)
    request.origins |= {join_path(path, inner): o for inner, o in done.origins.items()}


def _put_retries(request: Request, spec: TuningSpec, done: Compiled) -> None:
    if spec.retries is not None:
        done.members["RetryStrategy"] = {"MaximumRetryAttempts": spec.retries}
        done.origins["RetryStrategy.MaximumRetryAttempts"] = request.context.origin("retries")


def _put_objective(request: Request, path: str, objective: Objective, field: str) -> None:
    request.put(f"{path}.Type", GOALS[objective.goal], f"{field}.goal")
    request.put(f"{path}.MetricName", objective.metric, f"{field}.metric")


def _put_warm_start(request: Request, spec: TuningSpec) -> None:
    if spec.warm_start is None:
        return
    parents = [
        ({"HyperParameterTuningJobName": parent}, {"": f"warm_start.parents[{index}]"})
        for index, parent in enumerate(spec.warm_start.parents)
    ]
    request.put_items("WarmStartConfig.ParentHyperParameterTuningJobs", parents)
    kind = WARM_STARTS[spec.warm_start.type]
    request.put("WarmStartConfig.WarmStartType", kind, "warm_start.type")


def _role(spec: TuningSpec) -> str | None:
    """A role for every definition, or none."""
    roles = [spec.role or d.training.role for _, _, d in spec.searched()]
    return roles[0] if all(roles) else None


def _region_of_trials(spec: TuningSpec) -> str | None:
    return next((d.training.region for _, _, d in spec.searched() if d.training.region), None)
