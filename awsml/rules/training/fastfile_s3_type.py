"""A FastFile channel names a manifest instead of a prefix.

FastFile shows the objects under an S3 prefix as files. It reads neither manifests nor augmented
manifests.

## Why
AWS refuses the request.

## Flagged
    AlgorithmSpecification: {TrainingInputMode: FastFile}
    InputDataConfig:
      - ChannelName: train
        DataSource: {S3DataSource: {S3DataType: ManifestFile, S3Uri: "s3://b/train.manifest"}}

## Preferred
    AlgorithmSpecification: {TrainingInputMode: FastFile}
    InputDataConfig:
      - ChannelName: train
        DataSource: {S3DataSource: {S3DataType: S3Prefix, S3Uri: "s3://b/train/"}}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_CHANNELS
from awsml.rules.training._channels import channel_name, input_mode
from awsml.rules.wording import word

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_CHANNELS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html"


def check(channel: Part) -> Problems:
    data_type = channel["DataSource.S3DataSource.S3DataType"]
    if data_type.text not in ("ManifestFile", "AugmentedManifestFile"):
        return
    mode = input_mode(channel)
    if mode.text == "FastFile":
        modes = ["File", "Pipe"] if data_type.text == "ManifestFile" else ["Pipe"]
        other = " or ".join(word(mode, each) for each in modes)
        yield Problem(
            data_type,
            f"FastFile reads prefixes only, and {channel_name(channel)} names a {data_type.text}",
            f"set `{channel['InputMode']}` to {other}, or name a prefix",
            related=((mode, "the mode is FastFile"),),
        )
