"""A built-in algorithm lacks a channel that it needs.

Each algorithm knows its channels by name: `train`, and for some `validation`, `vocab` or the
annotations.

## Why
The job starts, is billed, and fails when the channel is not there.

## Flagged
    AlgorithmSpecification:
      TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
    InputDataConfig: [{ChannelName: training}]

## Preferred
    AlgorithmSpecification:
      TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
    InputDataConfig: [{ChannelName: train}]
"""

from awsml.nearness import nearest
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS
from awsml.rules.training._algorithms import algorithm_of

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/common-info-all-im-models.html"

# With a script of the user's own (script mode) the algorithm's container reads any channel.
_SCRIPT = "sagemaker_program"


def check(job: Part) -> Problems:
    algorithm = algorithm_of(job)
    if algorithm is None or job["HyperParameters"][_SCRIPT].written:
        return
    channels = job["InputDataConfig"]
    names = [channel["ChannelName"].text or "" for channel in channels.items]
    for wanted in algorithm.required_channels:
        if wanted not in names:
            near = nearest(wanted, names)
            hint = f"rename `{near[0]}` to `{wanted}`" if near else f"add a channel `{wanted}`"
            yield Problem(channels, f"{algorithm.title} needs a channel `{wanted}`", hint)
