"""The regular expression of a metric cannot find a number.

SageMaker takes the first group in parentheses as the value. An expression without a group finds
nothing, one that does not compile is refused.

## Why
The metric stays empty; a tuning job that waits for it fails.

## Flagged
    AlgorithmSpecification:
      MetricDefinitions: [{Name: loss, Regex: "loss=[0-9.]+"}]

## Preferred
    AlgorithmSpecification:
      MetricDefinitions: [{Name: loss, Regex: "loss=([0-9.]+)"}]
"""

import re

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS, within

LEVEL = Level.ERROR
CONFIDENCE = Confidence.INFERRED
APIS = within(TRAINING_JOBS, "AlgorithmSpecification.MetricDefinitions[]")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/define-train-metrics.html"

_JAVA_ONLY = re.compile(r"\\[pPQhHRXzZG]|\(\?<[a-zA-Z]")


def check(definition: Part) -> Problems:
    regex = definition["Regex"]
    # What Java reads and Python does not cannot be judged here.
    if regex.text is None or _JAVA_ONLY.search(regex.text):
        return
    try:
        groups = re.compile(regex.text).groups
    except re.error as error:
        at = min(error.pos or 0, max(len(regex.text) - 1, 0))
        yield Problem(
            regex,
            f"the expression does not compile: {error.msg}",
            "escape what is meant literally with a backslash",
            span=(at, at + 1),
        )
        return
    if groups == 0:
        yield Problem(
            regex,
            "the expression has no group, so no value is taken from the line",
            "put parentheses around the number: ([0-9.]+)",
        )
