"""A serverless endpoint is given something that only instances have.

Serverless endpoints have no instances, volumes, managed scaling, VPC, network isolation, data
capture, shadow variants or asynchronous calls, and one variant only.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - VariantName: all
        ModelName: detector
        InstanceType: ml.m5.xlarge
        InitialInstanceCount: 1
        ServerlessConfig: {MemorySizeInMB: 2048, MaxConcurrency: 5}

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, ServerlessConfig: {MemorySizeInMB: 2048,
          MaxConcurrency: 5}}
"""

from awsml.rules.hosting._variants import CONFIG, variants_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (CONFIG,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"

_OF_INSTANCES = (
    "InstanceType",
    "InitialInstanceCount",
    "InstancePools",
    "VolumeSizeInGB",
    "ManagedInstanceScaling",
    "CoreDumpConfig",
    "EnableSSMAccess",
    "CapacityReservationConfig",
)
_OF_ENDPOINTS = (
    "DataCaptureConfig",
    "AsyncInferenceConfig",
    "ShadowProductionVariants",
    "VpcConfig",
    "CrossRegionTrafficConfig",
)


def check(config: Part) -> Problems:
    serverless = [one for one in variants_of(config) if one["ServerlessConfig"].exists]
    if not serverless:
        return
    for variant in serverless:
        because = ((variant["ServerlessConfig"], "serverless"),)
        for name in _OF_INSTANCES:
            part = variant[name]
            if part.exists and part.value is not False:
                message = f"`{part}` is for instances, and the variant is serverless"
                yield Problem(part, message, "remove one of the two", related=because)
    variants = config["ProductionVariants"]
    if len(variants.items) > 1:
        yield Problem(
            variants,
            f"`{variants}` has {len(variants.items)} variants, and a serverless endpoint has one",
            "keep one",
            related=((serverless[0]["ServerlessConfig"], "serverless"),),
        )
    for name in _OF_ENDPOINTS:
        part = config[name]
        if part.exists and part["EnableCapture"].flag is not False:
            yield Problem(
                part,
                f"serverless endpoints do not support `{part}`",
                "remove it, or use instances",
                related=((serverless[0]["ServerlessConfig"], "serverless"),),
            )
