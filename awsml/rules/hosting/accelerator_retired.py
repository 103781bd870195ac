"""A variant asks for Elastic Inference, which is gone.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - VariantName: all
        ModelName: detector
        InstanceType: ml.m5.xlarge
        InitialInstanceCount: 1
        AcceleratorType: ml.eia2.medium

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, InstanceType: ml.inf2.xlarge,
          InitialInstanceCount: 1}
"""

from awsml.rules.hosting._variants import VARIANTS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = VARIANTS
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html"


def check(variant: Part) -> Problems:
    accelerator = variant["AcceleratorType"]
    if accelerator.exists:
        yield Problem(
            accelerator,
            "Elastic Inference is no longer available",
            "remove it, and use a small GPU (ml.g4dn.xlarge, ml.g6.xlarge) or ml.inf2.xlarge",
        )
