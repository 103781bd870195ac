"""An augmented manifest is read in another mode than Pipe.

## Why
The API reference allows an augmented manifest in Pipe mode only, where each line becomes a record.

## Flagged
    AlgorithmSpecification: {TrainingInputMode: File}
    InputDataConfig:
      - ChannelName: train
        DataSource:
          S3DataSource:
            S3DataType: AugmentedManifestFile
            S3Uri: s3://example-bucket/train.jsonl
            AttributeNames: [source-ref, label]

## Preferred
    AlgorithmSpecification: {TrainingInputMode: File}
    InputDataConfig:
      - ChannelName: train
        InputMode: Pipe
        DataSource:
          S3DataSource:
            S3DataType: AugmentedManifestFile
            S3Uri: s3://example-bucket/train.jsonl
            AttributeNames: [source-ref, label]
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_CHANNELS
from awsml.rules.training._channels import channel_name, input_mode
from awsml.rules.wording import word

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_CHANNELS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html"


def check(channel: Part) -> Problems:
    data_type = channel["DataSource.S3DataSource.S3DataType"]
    if data_type.text != "AugmentedManifestFile":
        return
    mode = input_mode(channel)
    # FastFile is the business of fastfile-s3-type.
    if mode.text == "File":
        yield Problem(
            mode,
            f"{channel_name(channel)} is an augmented manifest, which is read in Pipe mode only",
            f"set `{channel['InputMode']}` to {word(mode, 'Pipe')}",
            related=((data_type, "the channel is an augmented manifest"),),
        )
