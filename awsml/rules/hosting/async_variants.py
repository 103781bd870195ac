"""An endpoint for asynchronous calls has several variants.

An asynchronous call cannot name a variant, and nothing of AWS tells of such an endpoint with more
than one.

## Why
AWS is likely to refuse the request.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: a, ModelName: a, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
      - {VariantName: b, ModelName: b, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
    AsyncInferenceConfig: {OutputConfig: {S3OutputPath: "s3://acme/out/"}}

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: a, ModelName: a, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
    AsyncInferenceConfig: {OutputConfig: {S3OutputPath: "s3://acme/out/"}}
"""

from awsml.rules.hosting._variants import CONFIG
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.INFERRED
APIS = (CONFIG,)
SOURCE = (
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html"
)


def check(config: Part) -> Problems:
    calls, variants = config["AsyncInferenceConfig"], config["ProductionVariants"]
    if calls.exists and len(variants.items) > 1:
        yield Problem(
            variants,
            f"`{variants}` has {len(variants.items)} variants, and asynchronous calls know one",
            "keep one",
            related=((calls, "asynchronous calls"),),
        )
