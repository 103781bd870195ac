"""An endpoint runs on one instance.

SageMaker spreads instances over Availability Zones, so two survive the loss of a zone.

## Why
An outage of one machine or one zone takes the endpoint down.

## Flagged
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, InstanceType: ml.m5.xlarge,
          InitialInstanceCount: 1}

## Preferred
    EndpointConfigName: detector
    ProductionVariants:
      - {VariantName: all, ModelName: detector, InstanceType: ml.m5.xlarge,
          InitialInstanceCount: 2}
"""

from awsml.rules.hosting._variants import CONFIG
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ADVICE
CONFIDENCE = Confidence.DOCUMENTED
APIS = (CONFIG,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-best-practices.html"
PERSONA = "security"


def check(config: Part) -> Problems:
    counts = [one["InitialInstanceCount"] for one in config["ProductionVariants"].items]
    written = [count for count in counts if count.number is not None]
    if written and sum(count.number or 0 for count in written) == 1:
        yield Problem(
            written[0],
            "one instance serves the whole endpoint",
            "use two or more where an outage matters",
        )
