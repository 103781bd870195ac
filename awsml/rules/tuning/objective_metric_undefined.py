"""A tuning job looks for a metric that its training jobs do not define.

A built-in algorithm reports metrics of its own. Every other image needs a metric definition (a name
and a regular expression) with the very name of the objective.

## Why
AWS refuses the request.

## Flagged
    HyperParameterTuningJobConfig:
      HyperParameterTuningJobObjective: {Type: Maximize, MetricName: "validation:f1"}
    TrainingJobDefinition:
      AlgorithmSpecification:
        TrainingImage: 111122223333.dkr.ecr.us-east-1.amazonaws.com/train:1
        MetricDefinitions: [{Name: f1, Regex: "f1=([0-9.]+)"}]

## Preferred
    HyperParameterTuningJobConfig:
      HyperParameterTuningJobObjective: {Type: Maximize, MetricName: "validation:f1"}
    TrainingJobDefinition:
      AlgorithmSpecification:
        TrainingImage: 111122223333.dkr.ecr.us-east-1.amazonaws.com/train:1
        MetricDefinitions: [{Name: "validation:f1", Regex: "f1=([0-9.]+)"}]

## AWS says
A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric
definitions.
"""

from awsml.catalog import algorithm_of_image
from awsml.catalog.registries import is_registry, registry_account
from awsml.nearness import nearest
from awsml.rules.arns import parse_image
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import TUNING, definitions, objective_of

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (TUNING,)
SOURCE = "https://github.com/aws/amazon-sagemaker-examples/issues/1207"


def check(job: Part) -> Problems:
    for definition in definitions(job):
        metric = objective_of(job, definition)["MetricName"]
        image = definition["AlgorithmSpecification.TrainingImage"].text
        if metric.text is None or image is None:
            continue
        defined = [
            one["Name"].text for one in definition["AlgorithmSpecification.MetricDefinitions"].items
        ]
        algorithm = algorithm_of_image(image)
        if metric.text in defined or (algorithm and metric.text in algorithm.metrics):
            continue
        if algorithm is None and _brings_metrics(image):
            continue
        if algorithm:
            yield Problem(
                metric,
                f"`{metric.text}` is not among the known metrics of {algorithm.title}",
                f"use {' or '.join(list(algorithm.metrics)[:4])}" if algorithm.metrics else None,
                level=Level.WARNING,
            )
            continue
        names = [name for name in defined if name]
        near = nearest(metric.text, names) or names[:1]
        yield Problem(
            metric,
            f"no metric definition is called `{metric.text}`",
            f"use `{near[0]}`, or define the metric" if near else "add it to MetricDefinitions",
            related=((definition["AlgorithmSpecification"], "the training jobs define none such"),),
        )


def _brings_metrics(uri: str) -> bool:
    """Whether it may be an older built-in algorithm: of AWS, and in no list of images."""
    image = parse_image(uri)
    if image is None or not is_registry(image.account):
        return False
    return registry_account(image.repository, image.region) is None
