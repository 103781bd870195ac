"""The results of a job go into the prefix that it reads from.

## Why
Model archives and checkpoints lie among the training data, and the next job reads them as data. On
FastFile and File channels they are listed, copied and paid for each time.

## Flagged
    InputDataConfig:
      - {ChannelName: train, DataSource: {S3DataSource: {S3Uri: "s3://example-bucket/data/"}}}
    OutputDataConfig: {S3OutputPath: "s3://example-bucket/data/models/"}

## Preferred
    InputDataConfig:
      - {ChannelName: train, DataSource: {S3DataSource: {S3Uri: "s3://example-bucket/data/"}}}
    OutputDataConfig: {S3OutputPath: "s3://example-bucket/models/"}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.s3 import holds
from awsml.rules.subjects import TRAINING_JOBS
from awsml.rules.training._channels import channel_name

LEVEL = Level.WARNING
CONFIDENCE = Confidence.INFERRED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html"


def check(job: Part) -> Problems:
    for target in (job["OutputDataConfig.S3OutputPath"], job["CheckpointConfig.S3Uri"]):
        if target.text is None:
            continue
        for channel in job["InputDataConfig"].items:
            source = channel["DataSource.S3DataSource.S3Uri"]
            data_type = channel["DataSource.S3DataSource.S3DataType"].text
            if source.text and data_type in (None, "S3Prefix") and holds(source.text, target.text):
                yield Problem(
                    target,
                    f"`{target.text}` lies in the data of {channel_name(channel)}",
                    "write to a prefix of its own",
                    related=((source, "the channel reads all of this prefix"),),
                )
