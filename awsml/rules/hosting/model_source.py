"""Where a container takes its model or its image from does not fit the rest of the container.

A prefix of S3 ends in a slash. Several models in one container are found by `ModelDataUrl`, not by
`ModelDataSource`. A registry that wants a login is one in a VPC.

## Why
AWS refuses the request.

## Flagged
    ModelName: chat
    PrimaryContainer:
      Image: 111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1
      ModelDataSource:
        S3DataSource: {S3Uri: s3://acme/chat, S3DataType: S3Prefix, CompressionType: None}

## Preferred
    ModelName: chat
    PrimaryContainer:
      Image: 111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1
      ModelDataSource:
        S3DataSource: {S3Uri: s3://acme/chat/, S3DataType: S3Prefix, CompressionType: None}
"""

from awsml.rules.hosting._variants import CONTAINERS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = CONTAINERS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html"


def check(container: Part) -> Problems:
    source, mode = container["ModelDataSource"], container["Mode"]
    if source.exists and mode.text == "MultiModel":
        message = f"a container of several models does not take `{source}`"
        yield Problem(source, message, "use `ModelDataUrl`", related=((mode, "several models"),))
    prefix, kind = source["S3DataSource.S3Uri"], source["S3DataSource.S3DataType"]
    if kind.text == "S3Prefix" and prefix.text is not None and not prefix.text.endswith("/"):
        message = f"`{prefix.text}` is a prefix without a slash at its end"
        yield Problem(prefix, message, f"write {prefix.text}/", fix=f"{prefix.text}/")
    access, login = (
        container["ImageConfig.RepositoryAccessMode"],
        container["ImageConfig.RepositoryAuthConfig"],
    )
    if login.exists and access.text == "Platform":
        message = "a login is for a registry in your VPC"
        because = ((access, "not in a VPC"),)
        yield Problem(login, message, "set `RepositoryAccessMode: Vpc`", because)
