"""Managed instance scaling is set on a variant that names a model.

It scales the instances of endpoints whose models are inference components. A variant with a model
is scaled by Application Auto Scaling.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - VariantName: all
        ModelName: detector
        InstanceType: ml.m5.xlarge
        InitialInstanceCount: 1
        ManagedInstanceScaling: {Status: ENABLED, MinInstanceCount: 1, MaxInstanceCount: 3}

## Preferred
    EndpointConfigName: detector
    ExecutionRoleArn: arn:aws:iam::111122223333:role/hosting
    ProductionVariants:
      - VariantName: all
        InstanceType: ml.m5.xlarge
        InitialInstanceCount: 1
        ManagedInstanceScaling: {Status: ENABLED, MinInstanceCount: 1, MaxInstanceCount: 3}

## AWS says
ManagedInstanceScaling is only supported for inference component endpoints.
"""

from awsml.rules.hosting._variants import VARIANTS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = VARIANTS
SOURCE = "https://github.com/hashicorp/terraform-provider-aws/pull/45926"


def check(variant: Part) -> Problems:
    scaling, model = variant["ManagedInstanceScaling"], variant["ModelName"]
    if not scaling.exists:
        return
    if model.written and scaling["Status"].text != "DISABLED":
        yield Problem(
            scaling,
            "the variant names a model, and managed scaling is for inference components",
            "remove it and register the variant with Application Auto Scaling",
            related=((model, "the model"),),
        )
    least, most = scaling["MinInstanceCount"], scaling["MaxInstanceCount"]
    if least.number is not None and most.number is not None and least.number > most.number:
        yield Problem(
            least,
            f"at least {least.number} instances are kept, and at most {most.number} allowed",
            "swap the two",
            related=((most, "at most"),),
        )
