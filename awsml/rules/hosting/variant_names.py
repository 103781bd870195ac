"""Two variants have one name, or no variant gets traffic.

## Why
A variant is addressed by its name, and traffic is shared by weight.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: a, ModelName: old, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
      - {VariantName: a, ModelName: new, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: a, ModelName: old, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
      - {VariantName: b, ModelName: new, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
"""

from awsml.rules.hosting._variants import CONFIG, variants_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.INFERRED
APIS = (CONFIG,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html"


def check(config: Part) -> Problems:
    first: dict[str, Part] = {}
    for variant in variants_of(config):
        name = variant["VariantName"]
        if name.text is None:
            continue
        if name.text in first:
            related = ((first[name.text], "the first"),)
            yield Problem(name, f"two variants are called `{name.text}`", "rename one", related)
        first.setdefault(name.text, name)
    weights = [one["InitialVariantWeight"] for one in config["ProductionVariants"].items]
    if weights and all(weight.number == 0 for weight in weights):
        yield Problem(weights[0], "every variant has the weight 0", "give one a weight above 0")
