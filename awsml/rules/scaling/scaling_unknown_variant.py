"""A scalable target names a variant that its endpoint does not have.

The endpoint and its configuration are in the same plan, and none of the variants has that name.

## Why
AWS refuses to register the variant.

## Flagged
    - api: application-autoscaling:RegisterScalableTarget
      params: {ResourceId: endpoint/detector/variant/AllTraffic}
    - {api: sagemaker:CreateEndpoint, params: {EndpointName: detector, EndpointConfigName: one}}
    - api: sagemaker:CreateEndpointConfig
      params: {EndpointConfigName: one, ProductionVariants: [{VariantName: all}]}

## Preferred
    - api: application-autoscaling:RegisterScalableTarget
      params: {ResourceId: endpoint/detector/variant/all}
    - {api: sagemaker:CreateEndpoint, params: {EndpointName: detector, EndpointConfigName: one}}
    - api: sagemaker:CreateEndpointConfig
      params: {EndpointConfigName: one, ProductionVariants: [{VariantName: all}]}
"""

from awsml.rules.links import call_named, target_of
from awsml.rules.rule import Confidence, Level, PlanView, Problem, Problems
from awsml.rules.scaling._targets import REGISTER, variant_of

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (REGISTER,)
SOURCE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-register.html"
)
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    for target in plan.calls(REGISTER):
        named = variant_of(target)
        text = named.endpoint if named else None
        endpoint = call_named(plan, "sagemaker:CreateEndpoint", "EndpointName", text)
        if named is None or endpoint is None:
            continue
        pointer = endpoint["EndpointConfigName"]
        config = target_of(pointer, "sagemaker:CreateEndpointConfig", "EndpointConfigName")
        variants = config["ProductionVariants"].items if config else []
        names = [variant["VariantName"].spelled or "" for variant in variants]
        if names and named.variant not in names:
            yield Problem(
                target["ResourceId"],
                f"the endpoint has no variant `{named.variant}`",
                f"write `endpoint/.../variant/{names[0]}`",
                related=((variants[0]["VariantName"], "the endpoint's variants"),),
            )
