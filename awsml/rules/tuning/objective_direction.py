"""A tuning job makes an error as large as it can, or an accuracy as small.

Which way the metrics of a built-in algorithm are better is documented with the algorithm.

## Why
The search ends with the worst model it has seen.

## Flagged
    HyperParameterTuningJobConfig:
      HyperParameterTuningJobObjective: {Type: Maximize, MetricName: "validation:rmse"}
    TrainingJobDefinition:
      AlgorithmSpecification:
        TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1

## Preferred
    HyperParameterTuningJobConfig:
      HyperParameterTuningJobObjective: {Type: Minimize, MetricName: "validation:rmse"}
    TrainingJobDefinition:
      AlgorithmSpecification:
        TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
"""

from awsml.catalog import algorithm_of_image
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.tuning._search import TUNING, definitions, objective_of
from awsml.rules.wording import word

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (TUNING,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html"


def check(job: Part) -> Problems:
    seen: set[str] = set()
    for definition in definitions(job):
        objective = objective_of(job, definition)
        image = definition["AlgorithmSpecification.TrainingImage"].text
        metric, goal = objective["MetricName"], objective["Type"]
        algorithm = algorithm_of_image(image) if image else None
        if algorithm is None or goal.text is None or objective.path in seen:
            continue
        defined = definition["AlgorithmSpecification.MetricDefinitions"].items
        right = algorithm.metrics.get(metric.text or "")
        own = metric.text in [one["Name"].text for one in defined]
        wrong = {"minimize": "Maximize", "maximize": "Minimize"}.get(right or "")
        if right and not own and goal.text == wrong:
            seen.add(objective.path)
            better = "small" if right == "minimize" else "large"
            yield Problem(
                goal,
                f"`{metric.text}` of {algorithm.title} is better when it is {better}",
                f"write {word(goal, right.capitalize())}",
                related=((metric, "the metric"),),
            )
