"""What a trial runs: a training request, turned into a definition inside a tuning request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from awsml.finding import Confidence, Finding, Level
from awsml.kinds.kind import Context
from awsml.kinds.training.compile import training_request
from awsml.kinds.tuning.spec import Definition, TuningSpec
from awsml.plan import Origin, Ref, Text, join_path
from awsml.requests.table import load_table

API = "sagemaker:CreateHyperParameterTuningJob"
# Members that a definition calls differently, or that belong to the tuning job as a whole.
_RENAMED = {"HyperParameters": "StaticHyperParameters"}
_ELSEWHERE = frozenset({"TrainingJobName", "Tags"})
_ENTRY_POINT = ("ContainerEntrypoint", "ContainerArguments")


@dataclass
class Compiled:
    """A definition's members, the origins of their paths, and what no definition can say."""

    members: dict[str, Any]
    origins: dict[str, Origin]
    problems: list[Finding] = field(default_factory=list)


def compiled_definition(
    spec: TuningSpec, definition: Definition, at: str, context: Context
) -> Compiled:
    """The training's own request without what is tuned; `at` is the definition's field."""
    inside = f"{at}.training" if at else "training"
    region = context.region or spec.region or definition.training.region
    inner = replace(context, region=region).within(inside)
    request, problems = training_request(definition.training, inner)
    problems = [replace(f, field=f"{inside}.{f.field}" if f.field else inside) for f in problems]
    done = Compiled(request.params, request.origins, problems)
    _use_own_role(done, spec, definition, context)
    _limit_trials(done, inside, context)
    _without_entry_point(done, definition, inside, context)
    _drop_tuned(done, definition)
    _prefer_instances(done)
    _keep_known(done, inside, context)
    return done


def _use_own_role(
    done: Compiled, spec: TuningSpec, definition: Definition, context: Context
) -> None:
    """The tuning scenario's role, where it has one; it is what runs the trials."""
    if spec.role is not None:
        done.members["RoleArn"] = spec.role
        done.origins["RoleArn"] = context.origin("role")


def _limit_trials(done: Compiled, inside: str, context: Context) -> None:
    """A budget in dollars may leave a trial less time than its scenario does."""
    choice = context.choices.get(f"{inside}.limits.runtime")
    stopping = done.members.get("StoppingCondition", {})
    if choice is not None and choice.value < stopping.get("MaxRuntimeInSeconds", 0):
        stopping["MaxRuntimeInSeconds"] = choice.value
        path = "StoppingCondition.MaxRuntimeInSeconds"
        done.origins[path] = context.origin(f"{inside}.limits.runtime")


def _without_entry_point(
    done: Compiled, definition: Definition, inside: str, context: Context
) -> None:
    """A tuning job starts an image by its own entry point; the toolkit in it can be told."""
    algorithm = done.members["AlgorithmSpecification"]
    entry = [algorithm.pop(name) for name in _ENTRY_POINT if name in algorithm]
    if not entry:
        return
    training = definition.training
    if training.code is None or training.command:
        done.problems.append(_no_entry_point(f"{inside}.command", context))
        return
    folder = context.local_path(f"{inside}.code.dir", training.code.dir)
    orders = {
        "sagemaker_program": (json.dumps(training.code.entry), "code.entry"),
        "sagemaker_submit_directory": (Text(('"', Ref("code", folder), '"')), "code.dir"),
    }
    hyperparameters = done.members.setdefault("HyperParameters", {})
    for name, (value, scenario_field) in orders.items():
        hyperparameters[name] = value
        origin = context.origin(f"{inside}.{scenario_field}")
        done.origins[join_path("HyperParameters", name)] = origin
    channels = done.members.get("InputDataConfig", [])
    done.members["InputDataConfig"] = [c for c in channels if c["ChannelName"] != "code"]


def _no_entry_point(at: str, context: Context) -> Finding:
    return Finding(
        "entry-point-not-tunable",
        Level.ERROR,
        "a tuning job cannot say how an image is started: it has no ContainerEntrypoint",
        "make it the image's own entry point, or use `code` with an image that holds "
        "sagemaker-training",
        Confidence.DOCUMENTED,
        context.origins.place(at),
        at,
    )


def _drop_tuned(done: Compiled, definition: Definition) -> None:
    """A tuned hyperparameter is not static; the training's value is what it has alone."""
    static = done.members.get("HyperParameters", {})
    kept = {k: v for k, v in static.items() if k not in definition.parameters}
    done.members["HyperParameters"] = kept
    if not kept:
        done.members.pop("HyperParameters")


def _prefer_instances(done: Compiled) -> None:
    """Other instance types to try are said in a member of their own here."""
    resources = done.members["ResourceConfig"]
    preferences = resources.get("InstancePreferences")
    if not preferences:
        return
    volume = resources.get("VolumeSizeInGB")
    done.members.pop("ResourceConfig")
    done.members["HyperParameterTuningResourceConfig"] = {
        "AllocationStrategy": "Prioritized",
        "InstanceConfigs": [{**choice, "VolumeSizeInGB": volume} for choice in preferences],
    }
    before, after = "ResourceConfig.InstancePreferences", "HyperParameterTuningResourceConfig"
    for path, origin in list(done.origins.items()):
        if path.startswith(before):
            done.origins[after + ".InstanceConfigs" + path.removeprefix(before)] = origin


def _keep_known(done: Compiled, inside: str, context: Context) -> None:
    """Only members that the API's definition has; the rest is a complaint, not a silent loss."""
    known = _members()
    members: dict[str, Any] = {}
    for name, value in done.members.items():
        called = _RENAMED.get(name, name)
        if called in known:
            members[called] = value
        elif name not in _ELSEWHERE:
            done.problems.append(_not_tunable(name, inside, context))
    origins = {}
    for path, origin in done.origins.items():
        head = path.partition(".")[0].partition("[")[0]
        called = _RENAMED.get(head, head)
        if called in members:
            origins[called + path.removeprefix(head)] = origin
    done.members, done.origins = members, origins


def _not_tunable(name: str, inside: str, context: Context) -> Finding:
    at = f"{inside}.aws.CreateTrainingJob.{name}"
    return Finding(
        "not-in-tuning",
        Level.ERROR,
        f"a tuning job's definition has no `{name}`",
        f"remove `{name}` from the training scenario, or run it by itself with `awsml train`",
        Confidence.DOCUMENTED,
        context.origins.place(at) or context.origins.place(inside),
        at,
    )


def _members() -> Mapping[str, str]:
    table = load_table(API)
    assert table is not None
    whole = table.shapes[table.input]
    return table.shapes[whole.members["TrainingJobDefinition"]].members
