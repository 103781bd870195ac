"""A shadow variant stands beside several variants, or beside what shadow tests do not support.

With a shadow variant there is exactly one production variant and one shadow variant. Neither runs
on Inf1, and the endpoint takes no asynchronous calls.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: a, ModelName: a, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
      - {VariantName: b, ModelName: b, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
    ShadowProductionVariants:
      - {VariantName: c, ModelName: c, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: a, ModelName: a, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
    ShadowProductionVariants:
      - {VariantName: c, ModelName: c, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
"""

from awsml.rules.hosting._variants import CONFIG, variants_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (CONFIG,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests-exclusions.html"


def check(config: Part) -> Problems:
    shadows, production = config["ShadowProductionVariants"], config["ProductionVariants"]
    if not shadows.items:
        return
    for variants in (production, shadows):
        if len(variants.items) > 1:
            yield Problem(
                variants,
                f"`{variants}` has {len(variants.items)} variants, and a shadow test has one",
                "keep one",
                related=((shadows, "the shadow variant"),) if variants is production else (),
            )
    because = ((shadows, "the shadow variant"),)
    calls = config["AsyncInferenceConfig"]
    if calls.exists:
        yield Problem(calls, "shadow tests know no asynchronous calls", "remove it", because)
    for variant in variants_of(config):
        kind = variant["InstanceType"]
        if (kind.text or "").startswith("ml.inf1."):
            message = f"`{kind.text}` takes no part in shadow tests"
            yield Problem(kind, message, "use a type of another family", because)
