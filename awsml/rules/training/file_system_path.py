"""The directory of a file system channel is no full path.

`DirectoryPath` begins with a slash. On FSx for Lustre it begins with the mount name of the file
system, and on a scratch file system of the first kind that name is `fsx`.

## Why
AWS refuses the request, or the mount fails.

## Flagged
    InputDataConfig:
      - ChannelName: train
        DataSource: {FileSystemDataSource: {FileSystemType: FSxLustre, DirectoryPath: data/train}}

## Preferred
    InputDataConfig:
      - ChannelName: train
        DataSource:
          FileSystemDataSource: {FileSystemType: FSxLustre, DirectoryPath: /fsx/data/train}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_CHANNELS, within

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = within(TRAINING_CHANNELS, "DataSource.FileSystemDataSource")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html"


def check(source: Part) -> Problems:
    path = source["DirectoryPath"]
    if path.text is None:
        return
    if not path.text.startswith("/"):
        yield Problem(path, f"`{path.text}` is no full path", "let it begin with `/`")
    elif path.text == "/" and source["FileSystemType"].text == "FSxLustre":
        yield Problem(
            path,
            "a path on FSx for Lustre begins with the mount name of the file system",
            "write /MOUNTNAME, as `aws fsx describe-file-systems` shows it",
        )
