"""Network isolation is set on an endpoint whose variant names a model.

There it is for endpoints of inference components. A model is isolated by its own
`EnableNetworkIsolation`.

## Why
AWS refuses the request.

## Flagged
    EndpointConfigName: detector
    EnableNetworkIsolation: true
    ProductionVariants:
      - {VariantName: all, ModelName: detector, InstanceType: ml.m5.xlarge,
          InitialInstanceCount: 1}

## Preferred
    EndpointConfigName: detector
    EnableNetworkIsolation: true
    ExecutionRoleArn: arn:aws:iam::111122223333:role/hosting
    ProductionVariants:
      - {VariantName: all, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
"""

from awsml.rules.hosting._variants import CONFIG, variants_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (CONFIG,)
SOURCE = "https://github.com/hashicorp/terraform-provider-aws/pull/48738"


def check(config: Part) -> Problems:
    isolation = config["EnableNetworkIsolation"]
    if not isolation.flag:
        return
    for variant in variants_of(config):
        model = variant["ModelName"]
        if model.exists:
            yield Problem(
                isolation,
                "the variant names a model, and isolation here is for inference components",
                "remove it, and set EnableNetworkIsolation on the model",
                related=((model, "the model"),),
            )
            return
