"""An S3 address is none, or names a bucket that cannot exist.

An address is `s3://bucket/key`. Bucket names have 3 to 63 small letters, digits, dots and hyphens.

## Why
AWS refuses the request, or finds no objects.

## Flagged
    OutputDataConfig: {S3OutputPath: "s3://My_Bucket/output"}

## Preferred
    OutputDataConfig: {S3OutputPath: "s3://my-bucket/output"}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.s3 import fault
from awsml.rules.subjects import TRAINING_JOBS, within

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (
    *within(TRAINING_JOBS, "InputDataConfig[].DataSource.S3DataSource"),
    *within(TRAINING_JOBS, "OutputDataConfig"),
    *within(TRAINING_JOBS, "CheckpointConfig"),
    "sagemaker:CreateTrainingJob/TensorBoardOutputConfig",
    "sagemaker:CreateTrainingJob/DebugHookConfig",
    "sagemaker:CreateTrainingJob/ProfilerConfig",
)
SOURCE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"


def check(holder: Part) -> Problems:
    for name in ("S3Uri", "S3OutputPath"):
        address = holder[name]
        wrong = fault(address.text) if address.text is not None else None
        if wrong:
            yield Problem(address, f"`{address.text}` {wrong[0]}", wrong[1])
