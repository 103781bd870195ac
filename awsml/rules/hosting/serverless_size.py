"""A serverless variant has a size that is not offered.

Memory goes from 1024 to 6144 MB in steps of 1024; at most 200 requests are served at once, and
provisioned concurrency lies within that.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, ServerlessConfig: {MemorySizeInMB: 1500,
          MaxConcurrency: 5}}

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, ServerlessConfig: {MemorySizeInMB: 2048,
          MaxConcurrency: 5}}
"""

from awsml.catalog import limit
from awsml.rules.hosting._variants import VARIANTS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import within

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = within(VARIANTS, "ServerlessConfig")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html"


def check(serverless: Part) -> Problems:
    memory, most = serverless["MemorySizeInMB"], serverless["MaxConcurrency"]
    step, largest = _limit("serverless_memory_step"), _limit("serverless_memory_maximum")
    if memory.number is not None and memory.number not in range(step, largest + 1, step):
        right = min(max(round(memory.number / step + 0.49), 1) * step, largest)
        yield Problem(
            memory,
            f"{memory.number} MB is not offered: memory goes from {step} to {largest} MB in steps "
            f"of {step}",
            f"use {right}",
            fix=str(right),
        )
    provisioned = serverless["ProvisionedConcurrency"]
    if provisioned.number and most.number and provisioned.number > most.number:
        yield Problem(
            provisioned,
            f"{provisioned.number} are provisioned, above the {most.number} that may run at once",
            f"set `{provisioned}` to {most.number} or less",
            related=((most, "at once"),),
        )


def _limit(name: str) -> int:
    return int(limit(name).value)
