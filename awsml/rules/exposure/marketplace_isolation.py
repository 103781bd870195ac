"""A product of AWS Marketplace runs without network isolation.

Algorithms and model packages of AWS Marketplace belong to an account of AWS in each Region. What
they bring runs isolated, in training jobs, tuning jobs and models.

## Why
AWS refuses the request.

## Flagged
    AlgorithmSpecification:
      AlgorithmName: arn:aws:sagemaker:us-east-1:865070037744:algorithm/scikit-decision-trees-1
      TrainingInputMode: File

## Preferred
    AlgorithmSpecification:
      AlgorithmName: arn:aws:sagemaker:us-east-1:865070037744:algorithm/scikit-decision-trees-1
      TrainingInputMode: File
    EnableNetworkIsolation: true

## AWS says
EnableNetworkIsolation must be true for jobs using SageMaker Marketplace algorithms.
"""

from awsml.rules.marketplace import sold
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (*TRAINING_JOBS, "sagemaker:CreateModel")
SOURCE = "https://github.com/aws/aws-cdk/issues/16779"


def check(request: Part) -> Problems:
    isolation = request["EnableNetworkIsolation"]
    product = next(filter(sold, _products(request)), None)
    if product is not None and not isolation.flag:
        yield Problem(
            isolation if isolation.exists else product,
            "what AWS Marketplace sells runs in network isolation only",
            f"set `{isolation}` to true",
            related=((product, "the product"),) if isolation.exists else (),
        )


def _products(request: Part) -> list[Part]:
    if request.call.operation != "CreateModel":
        return [request["AlgorithmSpecification.AlgorithmName"]]
    containers = [request["PrimaryContainer"], *request["Containers"].items]
    return [one["ModelPackageName"] for one in containers]
