"""An image of AWS is taken from an account that does not hold it in this Region.

AWS keeps its images in accounts that differ by Region and by family: Deep Learning Containers in
763104351884 in most Regions, built-in algorithms and XGBoost in others.

## Why
The image is not found, and the job fails at the start.

## Flagged
    AlgorithmSpecification:
      TrainingImage: 763104351884.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1

## Preferred
    AlgorithmSpecification:
      TrainingImage: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
"""

from awsml.catalog.registries import is_registry, registry_account
from awsml.rules.arns import parse_image
from awsml.rules.images import SAGEMAKER
from awsml.rules.images._uris import images
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems, require_known

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = SAGEMAKER
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html"


def check(request: Part) -> Problems:
    found = images(request)
    for part in found:
        image = parse_image(part.text or "") if part.known else None
        if image is None or not is_registry(image.account):
            continue
        wanted = registry_account(image.repository, image.region)
        if wanted and wanted != image.account:
            yield Problem(
                part,
                f"AWS keeps `{image.repository}` of {image.region} in the account {wanted}, not in "
                f"{image.account}",
                f"write {wanted}.dkr.ecr.{image.region}.{image.domain}/{image.repository}",
                span=(0, len(image.account)),
            )
    require_known(found)
