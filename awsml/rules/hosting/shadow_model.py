"""A variant of a shadow test has a model that shadow tests do not support.

They support neither several containers, nor several models in one container, nor model packages of
AWS Marketplace. The rule looks at the models that are made along with the endpoint.

## Why
AWS refuses the request.

## Flagged
    - api: sagemaker:CreateModel
      params:
        ModelName: new
        PrimaryContainer:
          Image: 111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1
          Mode: MultiModel
          ModelDataUrl: s3://acme/models/
    - api: sagemaker:CreateEndpointConfig
      params:
        EndpointConfigName: detector
        ProductionVariants:
          - {VariantName: a, ModelName: old, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
        ShadowProductionVariants:
          - {VariantName: b, ModelName: new, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}

## Preferred
    - api: sagemaker:CreateModel
      params:
        ModelName: new
        PrimaryContainer:
          Image: 111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1
          ModelDataUrl: s3://acme/models/new.tar.gz
    - api: sagemaker:CreateEndpointConfig
      params:
        EndpointConfigName: detector
        ProductionVariants:
          - {VariantName: a, ModelName: old, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
        ShadowProductionVariants:
          - {VariantName: b, ModelName: new, InstanceType: ml.m5.xlarge, InitialInstanceCount: 1}
"""

from awsml.rules.hosting._variants import CONFIG, MODEL, variants_of
from awsml.rules.links import target_of
from awsml.rules.marketplace import sold
from awsml.rules.rule import Confidence, Level, Part, PlanView, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (CONFIG,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests-exclusions.html"
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    for config in plan.calls(CONFIG):
        if not config["ShadowProductionVariants"].items or not plan.calls(MODEL):
            continue
        for variant in variants_of(config):
            name = variant["ModelName"]
            model = target_of(name, MODEL, "ModelName") if name.exists else None
            reason = _unsupported(model) if model is not None else None
            if reason is not None:
                yield Problem(
                    name,
                    f"the model has {reason[1]}, which shadow tests do not support",
                    "test a model with one container of one model",
                    related=((reason[0], reason[1]),),
                )


def _unsupported(model: Part) -> tuple[Part, str] | None:
    """What of a model shadow tests do not support, and where it stands."""
    several = model["Containers"]
    if len(several.items) > 1:
        return several, "several containers"
    for container in (model["PrimaryContainer"], *several.items):
        if container["Mode"].text == "MultiModel":
            return container["Mode"], "several models in one container"
        if sold(container["ModelPackageName"]):
            return container["ModelPackageName"], "a package of AWS Marketplace"
    return None
