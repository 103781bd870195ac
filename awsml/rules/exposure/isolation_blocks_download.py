"""An isolated container is told to fetch a model or to report to a service.

`EnableNetworkIsolation` cuts every call that the container makes, also to model hubs, package
indexes and experiment trackers.

## Why
The download fails and the job with it, after the start is paid for.

## Flagged
    EnableNetworkIsolation: true
    Environment: {HF_MODEL_ID: google-bert/bert-base-uncased}

## Preferred
    EnableNetworkIsolation: true
    Environment: {MODEL_PATH: /opt/ml/input/data/model}
"""

from awsml.rules.exposure._fetching import fetches
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.WARNING
CONFIDENCE = Confidence.INFERRED
APIS = (*TRAINING_JOBS, "sagemaker:CreateModel")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html"


def check(request: Part) -> Problems:
    isolation = request["EnableNetworkIsolation"]
    if not isolation.flag:
        return
    variable = fetches(request)
    if variable is None:
        return
    value = variable.text or ""
    if not value.startswith("/"):
        yield Problem(
            variable,
            f"`{variable.name}` needs the network, and the container is isolated",
            f"bring it in through S3, or set `{isolation}` to false",
            related=((isolation, "the network is cut here"),),
        )
