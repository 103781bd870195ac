"""A built-in algorithm is given a channel in a mode that it does not read.

Each algorithm's page lists File, or File and Pipe. FastFile looks like File to the algorithm, and
is not complained about.

## Why
The job starts, is billed, and fails when it opens the channel.

## Flagged
    AlgorithmSpecification:
      TrainingImage: 811284229777.dkr.ecr.us-east-1.amazonaws.com/seq2seq:1
      TrainingInputMode: Pipe
    InputDataConfig: [{ChannelName: train}]

## Preferred
    AlgorithmSpecification:
      TrainingImage: 811284229777.dkr.ecr.us-east-1.amazonaws.com/seq2seq:1
      TrainingInputMode: File
    InputDataConfig: [{ChannelName: train}]
"""

from awsml.catalog import Algorithm
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_CHANNELS
from awsml.rules.training._algorithms import algorithm_of
from awsml.rules.training._channels import channel_name, input_mode
from awsml.rules.wording import word

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = TRAINING_CHANNELS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/common-info-all-im-models.html"


def check(channel: Part) -> Problems:
    algorithm = algorithm_of(channel.around)
    mode = input_mode(channel)
    if algorithm is None or mode.text != "Pipe":
        return
    if "Pipe" not in algorithm.modes:
        yield Problem(
            mode,
            f"{algorithm.title} does not read from a pipe, as {channel_name(channel)} asks",
            f"set `{channel['InputMode']}` to {word(mode, 'File')} or {word(mode, 'FastFile')}",
        )
    else:
        yield from _content(channel, algorithm, mode)


def _content(channel: Part, algorithm: Algorithm, mode: Part) -> Problems:
    """Some algorithms read fewer content types from a pipe than from files."""
    content = channel["ContentType"]
    augmented = channel["DataSource.S3DataSource.S3DataType"].text == "AugmentedManifestFile"
    if content.text is None or augmented:
        return
    base = content.text.partition(";")[0].strip()
    if algorithm.files_only(base):
        yield Problem(
            content,
            f"{algorithm.title} reads {base} from files only, and {channel_name(channel)} is a "
            "pipe",
            f"set `{channel['InputMode']}` to {word(mode, 'File')}, or use "
            f"{' or '.join(algorithm.pipe_content_types)}",
            related=((mode, "the mode is Pipe"),),
        )
