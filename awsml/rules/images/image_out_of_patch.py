"""An image of AWS gets no more patches.

AWS patches a Deep Learning Container for about a year after its release. Dates are compared with
the day the tables were made, not with today's.

## Why
Security fixes are missing, and newer drivers and machines may not be supported.

## Flagged
    AlgorithmSpecification:
      TrainingImage: 763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6-gpu-py312

## Preferred
    AlgorithmSpecification:
      TrainingImage: 763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.10-gpu-py313
"""

from awsml.catalog import published
from awsml.requests.table import source
from awsml.rules.images import BATCH, SAGEMAKER
from awsml.rules.images._uris import images
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems, require_known

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = (*SAGEMAKER, *BATCH)
SOURCE = "https://aws.github.io/deep-learning-containers/reference/support_policy/"


def check(request: Part) -> Problems:
    found = images(request)
    for image in found:
        facts = published(image.text or "") if image.known else None
        if facts is None or facts.end_of_patch is None or facts.end_of_patch >= source().date:
            continue
        later = [v for v in facts.newer if v != facts.version]
        yield Problem(
            image,
            f"{facts.framework} {facts.version} of AWS gets no more patches; they ended by "
            f"{facts.end_of_patch}",
            f"use {later[-1]}" if later else "use a newer version",
        )
    require_known(found)
