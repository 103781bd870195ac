"""An augmented manifest does not say which attributes to read, or a prefix does.

`AttributeNames` lists the attributes of each JSON line that the algorithm gets, in order. It
belongs to augmented manifests alone.

## Why
AWS refuses an augmented manifest without attribute names.

## Flagged
    InputDataConfig:
      - ChannelName: train
        InputMode: Pipe
        DataSource:
          S3DataSource: {S3DataType: AugmentedManifestFile, S3Uri: "s3://b/train.jsonl"}

## Preferred
    InputDataConfig:
      - ChannelName: train
        InputMode: Pipe
        DataSource:
          S3DataSource:
            S3DataType: AugmentedManifestFile
            S3Uri: s3://b/train.jsonl
            AttributeNames: [source-ref, label]
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_CHANNELS, within
from awsml.rules.training._channels import channel_name
from awsml.rules.wording import word

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.DOCUMENTED
APIS = within(TRAINING_CHANNELS, "DataSource.S3DataSource")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/augmented-manifest.html"


def check(source: Part) -> Problems:
    data_type, names = source["S3DataType"], source["AttributeNames"]
    channel = channel_name(source.around.around)
    if data_type.text == "AugmentedManifestFile" and not names.items:
        yield Problem(
            data_type,
            f"{channel} is an augmented manifest, and names no attributes to read",
            f"list them in `{names}`, in the order in which the algorithm wants them",
        )
    elif data_type.text in ("S3Prefix", "ManifestFile") and names.items:
        yield Problem(
            names,
            f"{channel} names attributes, which only an augmented manifest has",
            f"set `{data_type}` to {word(data_type, 'AugmentedManifestFile')}, or remove `{names}`",
            related=((data_type, f"the channel is a {data_type.text}"),),
            level=Level.WARNING,
        )
