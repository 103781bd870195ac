"""Checkpoints are kept at the root of a bucket.

What lies under `CheckpointConfig.S3Uri` is copied into the container when a job starts, and what
the container deletes is deleted there. A bucket without a prefix means all of its objects.

## Why
Every start copies the whole bucket, paid for by the second, and a job may find the checkpoints of
another one.

## Flagged
    CheckpointConfig: {S3Uri: "s3://example-bucket/"}

## Preferred
    CheckpointConfig: {S3Uri: "s3://example-bucket/checkpoints/resnet50/"}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.s3 import split_uri
from awsml.rules.subjects import TRAINING_JOBS, within

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = within(TRAINING_JOBS, "CheckpointConfig")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html"


def check(checkpoints: Part) -> Problems:
    address = checkpoints["S3Uri"]
    parts = split_uri(address.text) if address.text else None
    if parts and parts[0] and not parts[1].strip("/"):
        yield Problem(
            address,
            f"checkpoints are kept at the root of `{parts[0]}`: all its objects are copied in at "
            "each start",
            f"give the job a prefix of its own: s3://{parts[0]}/checkpoints/NAME/",
        )
