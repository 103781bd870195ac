"""A channel is marked as compressed, and its input mode is not Pipe.

SageMaker unpacks Gzip only while it streams in Pipe mode. The mode of a channel is its own
`InputMode`, or the `TrainingInputMode` of the job when it has none.

## Why
AWS refuses the request in File mode, and FastFile hands over the objects as they are.

## Flagged
    AlgorithmSpecification: {TrainingInputMode: File}
    InputDataConfig:
      - {ChannelName: train, CompressionType: Gzip}

## Preferred
    AlgorithmSpecification: {TrainingInputMode: File}
    InputDataConfig:
      - {ChannelName: train, CompressionType: Gzip, InputMode: Pipe}

## AWS says
Invalid compression type for channel training: File mode only supports NONE, got Gzip
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_CHANNELS
from awsml.rules.training._channels import channel_name, input_mode
from awsml.rules.wording import word

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = TRAINING_CHANNELS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html"


def check(channel: Part) -> Problems:
    compression = channel["CompressionType"]
    if compression.text != "Gzip":
        return
    mode = input_mode(channel)
    if mode.text in ("File", "FastFile"):
        yield Problem(
            compression,
            f"Gzip works in Pipe mode only, and {channel_name(channel)} is read in {mode.text} "
            "mode",
            f"set `{channel['InputMode']}` to {word(mode, 'Pipe')}, or remove `{compression}` and "
            "unpack in the script",
            related=((mode, f"the mode is {mode.text}"),),
        )
