"""A container may reach the network.

With `EnableNetworkIsolation` a container makes no calls outside; SageMaker itself still moves data
and models.

## Why
An image that is not trusted could send data away. The rule is silent where the container has to
fetch something (a model of a hub, packages).

## Flagged
    AlgorithmSpecification: {AlgorithmName: marketplace-thing}

## Preferred
    EnableNetworkIsolation: true
    AlgorithmSpecification: {AlgorithmName: marketplace-thing}
"""

from awsml.rules.exposure._fetching import fetches
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
PERSONA = "security"
APIS = (*TRAINING_JOBS, "sagemaker:CreateModel")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html"


def check(request: Part) -> Problems:
    isolation = request["EnableNetworkIsolation"]
    if not isolation.flag and not fetches(request):
        yield Problem(
            isolation,
            "the container may make calls to the network",
            f"set `{isolation}` to true, unless the code fetches something itself",
        )
