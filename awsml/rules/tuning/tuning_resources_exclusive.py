"""A list of machines and a single machine are given for the same training jobs.

`InstanceConfigs` takes the place of InstanceType, InstanceCount and VolumeSizeInGB.

## Why
AWS refuses the request.

## Flagged
    TrainingJobDefinition:
      HyperParameterTuningResourceConfig:
        InstanceType: ml.m5.xlarge
        InstanceConfigs: [{InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}]

## Preferred
    TrainingJobDefinition:
      HyperParameterTuningResourceConfig:
        AllocationStrategy: Prioritized
        InstanceConfigs: [{InstanceType: ml.m5.xlarge, InstanceCount: 1, VolumeSizeInGB: 30}]
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS, within

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = within(TRAINING_JOBS[1:], "HyperParameterTuningResourceConfig")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperParameterTuningResourceConfig.html"


def check(resources: Part) -> Problems:
    several = resources["InstanceConfigs"]
    if not several.exists:
        return
    for name in ("InstanceType", "InstanceCount", "VolumeSizeInGB"):
        part = resources[name]
        if part.exists:
            yield Problem(
                part,
                f"`{part}` is given beside `{several}`",
                "remove it",
                related=((several, "the machines"),),
            )
