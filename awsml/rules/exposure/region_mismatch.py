"""An image, a key or another resource is in a different Region than the job.

SageMaker takes images from ECR, keys from KMS and its own resources in its own Region only, and
roles of the partition (aws, aws-cn, aws-us-gov) that the Region belongs to.

## Why
AWS refuses the request, or the job fails at the start.

## Flagged
    api: sagemaker:CreateTrainingJob
    region: eu-west-1
    params:
      AlgorithmSpecification:
        TrainingImage: 111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:1

## Preferred
    api: sagemaker:CreateTrainingJob
    region: eu-west-1
    params:
      AlgorithmSpecification:
        TrainingImage: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1
"""

import re

from awsml.rules.arns import parse_arn, parse_image, partition_of
from awsml.rules.exposure import SAGEMAKER
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems, require_known

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = SAGEMAKER
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html"

# An MLflow server may be in another Region.
_READ = re.compile(
    r"^(?!Mlflow)\w*"
    r"(Image|ImageUri|KmsKeyId|Arn|AlgorithmName|ModelPackageName|S3Uri|S3OutputPath)$"
)
_OF_ONE_REGION = {"kms", "sagemaker"}
# The bucket that SageMaker's SDK makes carries its Region in its name.
_DEFAULT_BUCKET = re.compile(r"s3://sagemaker-([a-z]{2}(?:-[a-z]+)+-\d)-\d{12}(?:/|$)")


def check(request: Part) -> Problems:
    parts = request.named(_READ.search)
    known = [(part, part.text) for part in parts if part.known]
    placed = [(part, region) for part, text in known if text and (region := _region_of(text))]
    home = request.plan.region or (placed[0][1] if placed else None)
    if home:
        for part, region in placed:
            if region != home:
                yield _elsewhere(part, region, home, placed)
        yield from _partitions(known, home)
    require_known(parts)


def _region_of(text: str) -> str | None:
    """The one Region in which a resource can be used, where its name tells."""
    image = parse_image(text)
    if image:
        return image.region
    arn = parse_arn(text)
    if arn and arn.service in _OF_ONE_REGION:
        return arn.region or None
    bucket = _DEFAULT_BUCKET.match(text)
    return bucket.group(1) if bucket else None


def _elsewhere(part: Part, region: str, home: str, placed: list[tuple[Part, str]]) -> Problem:
    first = placed[0][0]
    stated = part.plan.region is not None
    is_data = (part.text or "").startswith("s3://")
    return Problem(
        part,
        f"this is in {region}, and the job runs in {home}",
        f"use what is in {home}, or run the job in {region}",
        related=() if stated else ((first, f"this is in {home}"),),
        level=Level.WARNING if is_data else None,
    )


def _partitions(known: list[tuple[Part, str | None]], home: str) -> Problems:
    for part, text in known:
        arn = parse_arn(text) if text else None
        if arn and arn.service == "iam" and arn.partition != partition_of(home):
            yield Problem(
                part,
                f"this role is of the partition {arn.partition}, and {home} belongs to "
                f"{partition_of(home)}",
                f"write the role's ARN with `{partition_of(home)}` for its partition",
            )
