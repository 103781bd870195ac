"""Scaling is registered without waiting for the endpoint that the same template makes.

Resources of a template are made at the same time unless one refers to the other or says
`DependsOn`. A resource id that spells the endpoint's name out does neither.

## Why
The endpoint takes minutes, the registration seconds: it finds no endpoint, and the stack rolls
back.

## Flagged
    Resources:
      Endpoint:
        Type: AWS::SageMaker::Endpoint
        Properties: {EndpointName: detector, EndpointConfigName: detector-1}
      Target:
        Type: AWS::ApplicationAutoScaling::ScalableTarget
        Properties: {ResourceId: endpoint/detector/variant/all}

## Preferred
    Resources:
      Endpoint:
        Type: AWS::SageMaker::Endpoint
        Properties: {EndpointName: detector, EndpointConfigName: detector-1}
      Target:
        Type: AWS::ApplicationAutoScaling::ScalableTarget
        DependsOn: Endpoint
        Properties: {ResourceId: endpoint/detector/variant/all}
"""

from awsml.rules.links import call_named
from awsml.rules.rule import Confidence, Level, PlanView, Problem, Problems
from awsml.rules.scaling._targets import REGISTER, variant_of

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html"
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    for target in plan.calls(REGISTER) if plan.is_template else ():
        named = variant_of(target)
        text = named.endpoint if named else None
        endpoint = call_named(plan, "sagemaker:CreateEndpoint", "EndpointName", text)
        if endpoint is None or endpoint.call.id in target.call.besides["DependsOn"]:
            continue
        yield Problem(
            target["ResourceId"],
            f"nothing makes `{target}` wait for `{endpoint}`",
            f"add `DependsOn: {endpoint.call.id}`",
            related=((endpoint, "the endpoint"),),
        )
