"""An image is named by a tag that moves.

`:latest`, or no tag at all, names another image tomorrow than today.

## Why
A job that ran yesterday may fail today, and nobody can tell what it ran.

## Flagged
    AlgorithmSpecification:
      TrainingImage: 111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:latest

## Preferred
    AlgorithmSpecification:
      TrainingImage: 111122223333.dkr.ecr.us-east-1.amazonaws.com/mine:2026-11-02
"""

from awsml.catalog import algorithm_of_image
from awsml.rules.images import BATCH, SAGEMAKER
from awsml.rules.images._uris import images, tag_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems, require_known

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (*SAGEMAKER, *BATCH)
SOURCE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html"


def check(request: Part) -> Problems:
    found = images(request)
    for image in found:
        tag = tag_of(image)
        if tag in ("", "latest") and not algorithm_of_image(image.spelled or ""):
            fact = "has no tag, which means `latest`" if not tag else "is named by `latest`"
            yield Problem(
                image,
                f"the image {fact}: it may be another one tomorrow",
                "name a version, or the digest (@sha256:...)",
            )
    require_known(found)
