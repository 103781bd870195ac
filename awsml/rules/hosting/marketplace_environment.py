"""A model package of AWS Marketplace is given environment variables.

A buyer may set some only where AWS has allowed it for the listing.

## Why
AWS refuses the request, unless the listing allows variables.

## Flagged
    ModelName: chat
    EnableNetworkIsolation: true
    PrimaryContainer:
      ModelPackageName: arn:aws:sagemaker:us-east-1:865070037744:model-package/llama2-7b-f
      Environment: {MAX_LENGTH: "2048"}

## Preferred
    ModelName: chat
    EnableNetworkIsolation: true
    PrimaryContainer:
      ModelPackageName: arn:aws:sagemaker:us-east-1:865070037744:model-package/llama2-7b-f

## AWS says
Environment variable map cannot be specified when using a ModelPackage subscribed from AWS
Marketplace.
"""

from awsml.rules.hosting._variants import CONTAINERS
from awsml.rules.marketplace import sold
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.VERIFIED
APIS = CONTAINERS
SOURCE = "https://developers.deepgram.com/docs/configure-sagemaker-deployments"


def check(container: Part) -> Problems:
    environment, package = container["Environment"], container["ModelPackageName"]
    if environment.entries and sold(package):
        yield Problem(
            environment,
            "a package of AWS Marketplace takes variables only where its listing allows them",
            f"remove `{environment}`, unless it does",
            related=((package, "the package"),),
        )
