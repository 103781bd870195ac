"""Where the variants of an endpoint and the containers of a model stand."""

from __future__ import annotations

from awsml.rules.rule import Part

MODEL = "sagemaker:CreateModel"
CONFIG = "sagemaker:CreateEndpointConfig"
VARIANTS = (f"{CONFIG}/ProductionVariants[]", f"{CONFIG}/ShadowProductionVariants[]")
CONTAINERS = (f"{MODEL}/PrimaryContainer", f"{MODEL}/Containers[]")


def variants_of(config: Part) -> list[Part]:
    return config["ProductionVariants"].items + config["ShadowProductionVariants"].items
