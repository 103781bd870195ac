"""A built-in algorithm lacks a hyperparameter that it needs.

Each algorithm has its own: XGBoost wants `num_round`, K-Means `k` and `feature_dim`, and some are
needed only with a value of another (`num_class` with `multi:softmax`). In a tuning job a range
counts as well. XGBoost that runs a script of one's own needs none.

## Why
The job starts, waits for its machine, and fails after minutes.

## Flagged
    AlgorithmSpecification:
      TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
    HyperParameters: {objective: "reg:squarederror"}

## Preferred
    AlgorithmSpecification:
      TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
    HyperParameters: {objective: "reg:squarederror", num_round: "100"}

## AWS says
No value(s) were specified for 'mini_batch_size' which are required hyperparameter(s)
"""

from collections.abc import Mapping

from awsml.catalog import Algorithm
from awsml.nearness import nearest
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems, require_known
from awsml.rules.training._algorithms import algorithm_of
from awsml.rules.tuning._search import TUNING, definitions, ranges_of, tuned

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = ("sagemaker:CreateTrainingJob", TUNING)
SOURCE = "https://github.com/aws/sagemaker-python-sdk/issues/132"

# With a script of the user's own (script mode) the algorithm's container needs none of its own.
_SCRIPT = "sagemaker_program"


def check(request: Part) -> Problems:
    if request.call.operation == "CreateTrainingJob":
        yield from _missing(request, request["HyperParameters"], set())
    elif not request["Autotune"].exists:
        for definition in definitions(request):
            if algorithm_of(definition) is not None:
                ranges = ranges_of(request, definition)
                names = {one["Name"].text or "" for one in tuned(ranges)}
                names |= {one["Name"].text or "" for one in ranges["AutoParameters"].items}
                yield from _missing(definition, definition["StaticHyperParameters"], names)


def _missing(job: Part, parameters: Part, tuned_names: set[str]) -> Problems:
    algorithm = algorithm_of(job)
    given = dict(parameters.entries) if algorithm else {}
    if algorithm is None or _SCRIPT in given:
        return
    names = {*given, *tuned_names}
    wanted = [*algorithm.required_parameters, *_conditional(algorithm, given)]
    missing = [name for name in wanted if name not in names]
    if missing:
        near = nearest(missing[0], sorted(names))
        listed = " and ".join(f"`{name}`" for name in missing)
        yield Problem(
            parameters,
            f"{algorithm.title} needs {listed}",
            f"rename `{near[0]}` to `{missing[0]}`" if near else f"add {listed}",
            related=((job["AlgorithmSpecification.TrainingImage"], algorithm.title),),
        )
    require_known(given[other] for other in _deciding(algorithm) if other in given)


def _conditional(algorithm: Algorithm, given: Mapping[str, Part]) -> list[str]:
    """Those that are needed because of the value of another."""
    return [
        name
        for name, others in algorithm.required_with.items()
        if any(_is_one_of(given.get(other), values) for other, values in others.items())
    ]


def _is_one_of(part: Part | None, values: list[str]) -> bool:
    return part is not None and part.known and part.text in values


def _deciding(algorithm: Algorithm) -> set[str]:
    """The hyperparameters whose values decide whether others are needed."""
    return {other for others in algorithm.required_with.values() for other in others}
