"""A container of a model says twice what it is, or not at all.

It is an image, or a model package that brings one; its data is a `ModelDataUrl` or a
`ModelDataSource`.

## Why
AWS refuses the request.

## Flagged
    ModelName: detector
    PrimaryContainer:
      Image: 111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1
      ModelDataUrl: s3://acme/model.tar.gz
      ModelDataSource:
        S3DataSource: {S3Uri: s3://acme/model/, S3DataType: S3Prefix, CompressionType: None}

## Preferred
    ModelName: detector
    PrimaryContainer:
      Image: 111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1
      ModelDataUrl: s3://acme/model.tar.gz
"""

from awsml.rules.hosting._variants import CONTAINERS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = CONTAINERS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html"


def check(container: Part) -> Problems:
    image, package = container["Image"], container["ModelPackageName"]
    if not image.exists and not package.exists:
        message = f"`{container}` has neither an image nor a model package"
        yield Problem(container, message, f"set `{image}`")
    url, source = container["ModelDataUrl"], container["ModelDataSource"]
    if url.exists and source.exists:
        yield Problem(
            url,
            f"`{url}` and `{source}` are given",
            "keep one of them",
            related=((source, "the other"),),
        )
