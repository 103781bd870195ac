"""An endpoint names an instance type that SageMaker does not host on.

The types of training and hosting differ: `ml.p3dn.24xlarge` trains only. A type that no list knows,
but that may well be newer than the lists, is only warned about (`unknown-instance-type`).

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, InitialInstanceCount: 1,
          InstanceType: ml.p3dn.24xlarge}

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, InitialInstanceCount: 1,
          InstanceType: ml.g5.12xlarge}
"""

from awsml.rules.machines._types import not_for
from awsml.rules.rule import Confidence, Level, Part, Problems
from awsml.rules.subjects import HOSTING_MACHINES

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = HOSTING_MACHINES
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html"


def check(machine: Part) -> Problems:
    return not_for("hosting", machine)
