"""Data are to be sharded over instances, and there is only one.

`ShardedByS3Key` gives each instance its share of the objects, by count and not by size. On one
instance it is the same as `FullyReplicated`.

## Why
Usually the number of instances was reduced, and the setting forgotten: the job reads all the data
on one machine.

## Flagged
    InputDataConfig:
      - {ChannelName: t, DataSource: {S3DataSource: {S3DataDistributionType: ShardedByS3Key}}}
    ResourceConfig: {InstanceType: ml.c5.xlarge, InstanceCount: 1, VolumeSizeInGB: 50}

## Preferred
    InputDataConfig:
      - {ChannelName: t, DataSource: {S3DataSource: {S3DataDistributionType: ShardedByS3Key}}}
    ResourceConfig: {InstanceType: ml.c5.xlarge, InstanceCount: 4, VolumeSizeInGB: 50}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_CHANNELS
from awsml.rules.training._channels import channel_name
from awsml.rules.wording import word

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_CHANNELS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html"


def check(channel: Part) -> Problems:
    distribution = channel["DataSource.S3DataSource.S3DataDistributionType"]
    count = channel.around["ResourceConfig.InstanceCount"]
    if distribution.text == "ShardedByS3Key" and count.number == 1:
        yield Problem(
            distribution,
            f"{channel_name(channel)} is sharded over instances, and there is one",
            f"set `{distribution}` to {word(distribution, 'FullyReplicated')}, or `{count}` to "
            "more than 1",
            related=((count, "one instance"),),
        )
