"""Two channels of a job have the same name.

A channel's name is its folder in the container, so two of one name would share it.

## Why
AWS refuses the request.

## Flagged
    InputDataConfig:
      - {ChannelName: train, DataSource: {S3DataSource: {S3Uri: "s3://b/a/"}}}
      - {ChannelName: train, DataSource: {S3DataSource: {S3Uri: "s3://b/c/"}}}

## Preferred
    InputDataConfig:
      - {ChannelName: train, DataSource: {S3DataSource: {S3Uri: "s3://b/a/"}}}
      - {ChannelName: validation, DataSource: {S3DataSource: {S3Uri: "s3://b/c/"}}}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS

LEVEL = Level.ERROR
CONFIDENCE = Confidence.INFERRED
APIS = TRAINING_JOBS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html"


def check(job: Part) -> Problems:
    seen: dict[str, Part] = {}
    for channel in job["InputDataConfig"].items:
        name = channel["ChannelName"]
        if name.text is None:
            continue
        if name.text in seen:
            yield Problem(
                name,
                f"there are two channels named `{name.text}`",
                "give each channel a name of its own",
                related=((seen[name.text], "the first one"),),
            )
        seen.setdefault(name.text, name)
