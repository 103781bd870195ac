"""A channel on EFS or FSx for Lustre is read in another mode than File.

A file system is mounted; nothing is copied, and nothing can be streamed from it.

## Why
AWS refuses the request.

## Flagged
    AlgorithmSpecification: {TrainingInputMode: FastFile}
    InputDataConfig:
      - {ChannelName: train, DataSource: {FileSystemDataSource: {FileSystemType: EFS}}}

## Preferred
    AlgorithmSpecification: {TrainingInputMode: FastFile}
    InputDataConfig:
      - ChannelName: train
        InputMode: File
        DataSource: {FileSystemDataSource: {FileSystemType: EFS}}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_CHANNELS
from awsml.rules.training._channels import channel_name, input_mode
from awsml.rules.wording import word

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_CHANNELS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html"


def check(channel: Part) -> Problems:
    source = channel["DataSource.FileSystemDataSource"]
    if not source.exists:
        return
    mode = input_mode(channel)
    if mode.text in ("Pipe", "FastFile"):
        yield Problem(
            mode,
            f"{channel_name(channel)} is a file system, which is read in File mode only",
            f"set `{channel['InputMode']}` to {word(mode, 'File')}",
            related=((source, "the channel is mounted, not copied"),),
        )
