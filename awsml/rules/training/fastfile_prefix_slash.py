"""A FastFile channel names a prefix that does not end in a slash.

FastFile shows a folder. `s3://bucket/train` may be the beginning of `train-01/` and `train-02/` as
well, and a part of a folder's name is no folder.

## Why
Where only longer names exist, SageMaker refuses the channel; where several fit, it is not clear
which data are read.

## Flagged
    AlgorithmSpecification: {TrainingInputMode: FastFile}
    InputDataConfig:
      - ChannelName: train
        DataSource: {S3DataSource: {S3DataType: S3Prefix, S3Uri: "s3://b/train"}}

## Preferred
    AlgorithmSpecification: {TrainingInputMode: FastFile}
    InputDataConfig:
      - ChannelName: train
        DataSource: {S3DataSource: {S3DataType: S3Prefix, S3Uri: "s3://b/train/"}}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.s3 import split_uri
from awsml.rules.subjects import TRAINING_CHANNELS
from awsml.rules.training._channels import channel_name, input_mode

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_CHANNELS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html"


def check(channel: Part) -> Problems:
    source = channel["DataSource.S3DataSource"]
    uri = source["S3Uri"]
    if uri.text is None or source["S3DataType"].text != "S3Prefix":
        return
    parts = split_uri(uri.text)
    if parts is None or not parts[1] or parts[1].endswith("/"):
        return
    mode = input_mode(channel)
    if mode.text == "FastFile":
        yield Problem(
            uri,
            f"{channel_name(channel)} is read in FastFile mode, and its prefix does not end in `/`",
            f"write `{uri.text}/`",
            related=((mode, "the mode is FastFile"),),
            fix=f"{uri.text}/",
        )
