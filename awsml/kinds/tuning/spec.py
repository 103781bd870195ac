"""What a tuning scenario may say: what a trial does, what is searched, how, and for how much."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from awsml.kinds.parts import AwsRaw, Part, Spec
from awsml.kinds.training.spec import TrainingSpec
from awsml.scenario.fields import Duration, Name, Number, Problem, Share, Text, Usd

_WHOLE = re.compile(r"[+-]?\d+")
_TRAINING = "What a trial runs: a training scenario, or a file that holds one."


class Objective(Part):
    """What the search makes as large or as small as it can."""

    metric: Annotated[
        str, Field(description="Metric of the training job, by name.", examples=["val_acc"])
    ]
    goal: Annotated[Literal["maximize", "minimize"], Field(description="Which way is better.")]
    log: Annotated[
        str | None,
        Field(description="Log of an earlier job; the metric's regex is tried on its lines."),
    ] = None


class Parameter(Part):
    """A tuned hyperparameter: a range from `low` to `high`, or `choices`."""

    low: Annotated[Text | None, Field(description="Smallest value; sent as typed.")] = None
    high: Annotated[Text | None, Field(description="Largest value; sent as typed.")] = None
    scale: Annotated[
        Literal["auto", "linear", "log", "reverse-log"],
        Field(description="How the range is searched; auto chooses by its span and says why."),
    ] = "auto"
    type: Annotated[
        Literal["auto", "integer", "continuous"],
        Field(description="auto is integer where both ends are written as whole numbers."),
    ] = "auto"
    choices: Annotated[list[Text], Field(description="Values to choose from, instead.")] = []

    @model_validator(mode="before")
    @classmethod
    def _no_list(cls, value: Any) -> Any:
        """Two numbers in a list may be the ends of a range, or all that there is to choose from."""
        if not isinstance(value, list) or not value:
            return value
        listed = ", ".join(str(each) for each in value)
        hint = f"write `{{choices: [{listed}]}}`"
        if len(value) == 2:
            hint = f"write `{{low: {value[0]}, high: {value[1]}}}` for a range, or {hint[6:]}"
        raise Problem("a list does not say what is tuned", hint=hint, slug="wrong-type")

    @model_validator(mode="after")
    def _range_or_choices(self) -> Parameter:
        ends = [end for end in (self.low, self.high) if end is not None]
        if self.choices and (ends or self.scale != "auto"):
            raise Problem(
                "a parameter has `choices`, or a range with a scale, not both",
                hint="keep `choices: [...]`, or `low` and `high`",
                slug="conflicting-fields",
            )
        if not self.choices and len(ends) < 2:
            raise Problem(
                "a parameter needs `low` and `high`, or `choices`",
                hint="write `{low: 1e-5, high: 1e-1}` or `{choices: [sgd, adam]}`",
                slug="missing-required",
            )
        for name in ("low", "high"):
            _check_number(name, getattr(self, name))
        if self.low is not None and self.high is not None and float(self.low) > float(self.high):
            raise Problem(
                f"`low: {self.low}` is above `high: {self.high}`",
                hint=f"write `{{low: {self.high}, high: {self.low}}}`",
                field="low",
            )
        return self

    @property
    def integer(self) -> bool:
        if self.type != "auto":
            return self.type == "integer"
        return all(_WHOLE.fullmatch(end or "") for end in (self.low, self.high))


def _check_number(name: str, text: str | None) -> None:
    try:
        value = 0.0 if text is None else float(text)
    except ValueError:
        value = float("nan")
    if value != value or abs(value) == float("inf"):
        raise Problem(f"`{text}` is no number", hint="write it like `1e-5`", field=name)


class Budget(Part):
    """What the search may use."""

    trials: Annotated[
        int | None, Field(ge=1, description="Training jobs in all; grid search needs none.")
    ] = None
    parallel: Annotated[int, Field(ge=1, description="Training jobs at the same time.")] = 1
    cost: Annotated[
        Usd | None,
        Field(description="Most dollars; compiled into time limits that AWS enforces."),
    ] = None
    runtime: Annotated[
        Duration | None, Field(description="Longest time of the whole tuning job.")
    ] = None


class Hyperband(Part):
    """Resources of Hyperband, in epochs (values of the objective that a trial reports)."""

    min: Annotated[int | None, Field(ge=1, description="Least that a trial gets.")] = None
    max: Annotated[
        int | None, Field(ge=1, description="Most; otherwise the static `epochs` says it.")
    ] = None


class Completion(Part):
    """When the search may end before its budget."""

    value: Annotated[Number | None, Field(description="Objective value that is enough.")] = None
    not_improving: Annotated[
        int | None, Field(ge=3, description="Trials without a better one, at least 3.")
    ] = None
    converged: Annotated[bool, Field(description="When AWS sees no gain to come.")] = False


class WarmStart(Part):
    """Earlier tuning jobs to learn from."""

    parents: Annotated[
        list[str],
        Field(
            min_length=1,
            max_length=5,
            description="Tuning jobs, or runs here.",
            examples=[["earlier-search"]],
        ),
    ]
    type: Annotated[
        Literal["identical", "transfer"],
        Field(description="identical: same data and image. transfer: similar ones."),
    ] = "identical"
    trials: Annotated[
        int | None, Field(ge=1, description="Trials that the parents had in all, where known.")
    ] = None


class Target(Part):
    """The quality that is wanted, which is what makes trials worth counting."""

    top: Annotated[
        Share,
        Field(ge=1e-6, lt=1, description="The best trial is among this share of all settings."),
    ] = 0.05
    confidence: Annotated[
        Share, Field(gt=0, lt=1, description="With this probability, by random search.")
    ] = 0.95
    trials: Annotated[
        int | None, Field(ge=1, description="Trials one at a time that it takes, where known.")
    ] = None


class Definition(Part):
    """One of several algorithms or scripts that are tuned together."""

    training: Annotated[
        TrainingSpec, Field(description=_TRAINING, json_schema_extra={"x-included": True})
    ]
    objective: Annotated[Objective, Field(description="What is made better.")]
    parameters: Annotated[
        dict[str, Parameter], Field(min_length=1, description="What is tuned, by name.")
    ]


class TuningSpec(Spec):
    """A hyperparameter tuning job."""

    kind: Annotated[Literal["tuning"], Field(description="What the job is: tuning.")]
    name: Annotated[Name, Field(description="Name; the first 14 characters begin AWS's name.")]
    training: Annotated[
        TrainingSpec | None,
        Field(description=_TRAINING, json_schema_extra={"x-included": True}),
    ] = None
    objective: Annotated[Objective | None, Field(description="What is made better.")] = None
    parameters: Annotated[
        dict[str, Parameter], Field(description="What is tuned, by hyperparameter name.")
    ] = {}
    definitions: Annotated[
        dict[str, Definition],
        Field(max_length=10, description="Several algorithms to tune together, instead."),
    ] = {}
    strategy: Annotated[
        Literal["bayesian", "random", "hyperband", "grid"],
        Field(description="How settings are chosen."),
    ] = "bayesian"
    budget: Annotated[Budget, Field(description="Trials, how many at once, dollars, time.")]
    early_stopping: Annotated[
        Literal["auto", "off"],
        Field(description="auto stops a trial that is below the median of the others."),
    ] = "off"
    hyperband: Annotated[Hyperband, Field(description="Resources of Hyperband.")] = Hyperband()
    completion: Annotated[Completion, Field(description="Reasons to end early.")] = Completion()
    warm_start: Annotated[WarmStart | None, Field(description="Learn from earlier jobs.")] = None
    target: Annotated[Target | None, Field(description="The quality that is wanted.")] = None
    retries: Annotated[
        int | None, Field(ge=1, le=30, description="Times that AWS retries a job it broke.")
    ] = None
    seed: Annotated[int | None, Field(ge=0, description="Seed of the search.")] = None
    aws: Annotated[AwsRaw, Field(description="Raw parameters by operation; merged last.")] = {}

    @model_validator(mode="before")
    @classmethod
    def _named_trials(cls, value: Any) -> Any:
        """A training written out inside needs no kind and no name of its own."""
        if not isinstance(value, dict):
            return value
        name = value.get("name")
        filled = {**value, **_with_names(value, name if isinstance(name, str) else "trial")}
        if isinstance(value.get("definitions"), dict):
            filled["definitions"] = {
                key: {**inner, **_with_names(inner, key)} if isinstance(inner, dict) else inner
                for key, inner in value["definitions"].items()
            }
        return filled

    @model_validator(mode="after")
    def _one_or_several(self) -> TuningSpec:
        single = {
            "training": self.training,
            "objective": self.objective,
            "parameters": self.parameters or None,
        }
        said = [name for name, value in single.items() if value is not None]
        if self.definitions and said:
            raise Problem(
                f"`{said[0]}` stands beside `definitions`, which have their own",
                hint=f"move `{said[0]}` into a definition",
                slug="conflicting-fields",
                field=said[0],
            )
        if not self.definitions and len(said) < len(single):
            missing = next(name for name in single if name not in said)
            raise Problem(
                f"`{missing}` is missing",
                hint=_EXAMPLES[missing],
                slug="missing-required",
                field=missing,
            )
        if self.budget.trials is None and self.strategy != "grid" and not self.budget.runtime:
            raise Problem(
                "nothing says how many trials there are",
                hint="add `budget.trials: 20`, or a `budget.runtime`",
                slug="missing-required",
                field="budget.trials",
            )
        return self

    def searched(self) -> list[tuple[str, str, Definition]]:
        """(name, scenario field, definition) of each; the only one has no name and no field."""
        if self.definitions:
            return [(name, f"definitions.{name}", d) for name, d in self.definitions.items()]
        assert self.training is not None and self.objective is not None
        only = Definition.model_construct(
            training=self.training, objective=self.objective, parameters=self.parameters
        )
        return [("", "", only)]


_EXAMPLES = {
    "training": "write `training: ./train.yaml`",
    "objective": "write `objective: {metric: val_acc, goal: maximize}`",
    "parameters": "write `parameters: {lr: {low: 1e-5, high: 1e-1}}`",
}


def _with_names(holder: dict[str, Any], name: str) -> dict[str, Any]:
    inner = holder.get("training")
    if not isinstance(inner, dict):
        return {}
    return {"training": {"kind": "training", "name": name, **inner}}
