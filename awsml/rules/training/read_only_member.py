"""A request sets what only AWS fills in.

`SelectedInstanceType` and `SelectedInstanceCount` say which of the preferred types a job got. They
are answers of DescribeTrainingJob; copied into a new request they are refused.

## Why
AWS refuses the request.

## Flagged
    ResourceConfig:
      InstanceCount: 1
      InstancePreferences: [{InstanceType: ml.g5.xlarge}, {InstanceType: ml.g6.xlarge}]
      SelectedInstanceType: ml.g5.xlarge

## Preferred
    ResourceConfig:
      InstanceCount: 1
      InstancePreferences: [{InstanceType: ml.g5.xlarge}, {InstanceType: ml.g6.xlarge}]
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_RESOURCES

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_RESOURCES
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"

_READ_ONLY = ("SelectedInstanceType", "SelectedInstanceCount")


def check(resources: Part) -> Problems:
    for name in _READ_ONLY:
        if resources[name].exists:
            yield Problem(
                resources[name],
                f"`{resources[name]}` is filled in by AWS, and not accepted in a request",
                f"remove `{resources[name]}`",
            )
