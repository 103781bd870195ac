"""A channel wraps its objects in RecordIO, and is not read in Pipe mode.

`RecordWrapperType: RecordIO` puts each object into a record while it streams. Data that are already
RecordIO files need no wrapper.

## Why
In File mode AWS wants the field unset or `None`, and refuses the request.

## Flagged
    AlgorithmSpecification: {TrainingInputMode: File}
    InputDataConfig:
      - {ChannelName: train, RecordWrapperType: RecordIO}

## Preferred
    AlgorithmSpecification: {TrainingInputMode: Pipe}
    InputDataConfig:
      - {ChannelName: train, RecordWrapperType: RecordIO}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_CHANNELS
from awsml.rules.training._channels import channel_name, input_mode
from awsml.rules.wording import word

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_CHANNELS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html"


def check(channel: Part) -> Problems:
    wrapper = channel["RecordWrapperType"]
    if wrapper.text != "RecordIO":
        return
    mode = input_mode(channel)
    if mode.text in ("File", "FastFile"):
        yield Problem(
            wrapper,
            f"RecordIO wrapping works in Pipe mode only, and {channel_name(channel)} is read in "
            f"{mode.text} mode",
            f"set `{channel['InputMode']}` to {word(mode, 'Pipe')}, or remove `{wrapper}`",
            related=((mode, f"the mode is {mode.text}"),),
        )
