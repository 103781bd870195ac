"""A built-in algorithm, or one of AWS Marketplace, is given definitions of metrics.

The built-in algorithms of SageMaker and those of AWS Marketplace report metrics of their own.
XGBoost is a framework as well, and takes them.

## Why
AWS refuses the request.

## Flagged
    AlgorithmSpecification:
      TrainingImage: 382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1
      TrainingInputMode: File
      MetricDefinitions: [{Name: loss, Regex: "loss=([0-9.]+)"}]

## Preferred
    AlgorithmSpecification:
      TrainingImage: 382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1
      TrainingInputMode: File

## AWS says
You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request
without specifying metric definitions.
"""

from awsml.rules.marketplace import sold
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS
from awsml.rules.training._algorithms import algorithm_of

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/training-metrics.html"


def check(job: Part) -> Problems:
    metrics, algorithm = job["AlgorithmSpecification.MetricDefinitions"], algorithm_of(job)
    if algorithm is not None and algorithm.name != "xgboost" and metrics.items:
        message = f"{algorithm.name} has metrics of its own"
        because = ((job["AlgorithmSpecification.TrainingImage"], algorithm.name),)
        yield Problem(metrics, message, f"remove `{metrics}`", because)
    product = job["AlgorithmSpecification.AlgorithmName"]
    if metrics.items and sold(product):
        message = "an algorithm of AWS Marketplace has metrics of its own"
        yield Problem(metrics, message, f"remove `{metrics}`", ((product, "the algorithm"),))
