"""A variant routes by prefixes and does not say how, or says how and routes otherwise.

`PREFIX_AWARE` needs `PrefixAwareRoutingConfig` with a length and a threshold of concurrency; the
other strategies do not take it.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: chat
    ProductionVariants:
      - VariantName: all
        ModelName: chat
        InstanceType: ml.g5.2xlarge
        InitialInstanceCount: 2
        RoutingConfig: {RoutingStrategy: PREFIX_AWARE}

## Preferred
    EndpointConfigName: chat
    ProductionVariants:
      - VariantName: all
        ModelName: chat
        InstanceType: ml.g5.2xlarge
        InitialInstanceCount: 2
        RoutingConfig: {RoutingStrategy: LEAST_OUTSTANDING_REQUESTS}
"""

from awsml.rules.hosting._variants import VARIANTS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = VARIANTS
SOURCE = (
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/"
    "API_ProductionVariantRoutingConfig.html"
)


def check(variant: Part) -> Problems:
    strategy = variant["RoutingConfig.RoutingStrategy"]
    settings = variant["RoutingConfig.PrefixAwareRoutingConfig"]
    if strategy.text == "PREFIX_AWARE":
        for part in (settings["PrefixLength"], settings["ConcurrencyThreshold"]):
            if not part.exists:
                message = "routing by prefixes needs a length and a threshold"
                yield Problem(variant["RoutingConfig"], message, f"add `{part}`")
    elif strategy.text is not None and settings.exists:
        message = f"`{settings}` is given, and the strategy is {strategy.text}"
        because = ((strategy, "the strategy"),)
        yield Problem(settings, message, "use PREFIX_AWARE, or remove it", because)
