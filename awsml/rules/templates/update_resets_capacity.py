"""An endpoint that scales loses its number of instances with each deployment.

Without `RetainAllVariantProperties: true` an update starts again from `InitialInstanceCount`,
whatever the endpoint had scaled to.

## Why
A deployment at the busiest hour takes capacity away.

## Flagged
    Resources:
      Endpoint:
        Type: AWS::SageMaker::Endpoint
        Properties: {EndpointConfigName: detector}
      Target:
        Type: AWS::ApplicationAutoScaling::ScalableTarget
        Properties:
          ResourceId: !Sub endpoint/${Endpoint.EndpointName}/variant/all
          ServiceNamespace: sagemaker

## Preferred
    Resources:
      Endpoint:
        Type: AWS::SageMaker::Endpoint
        Properties: {EndpointConfigName: detector, RetainAllVariantProperties: true}
      Target:
        Type: AWS::ApplicationAutoScaling::ScalableTarget
        Properties:
          ResourceId: !Sub endpoint/${Endpoint.EndpointName}/variant/all
          ServiceNamespace: sagemaker
"""

from awsml.rules.links import call_named
from awsml.rules.rule import Confidence, Level, PlanView, Problem, Problems
from awsml.rules.scaling._targets import REGISTER, variant_of

LEVEL = Level.WARNING
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-endpoint.html"
SCOPE = "plan"


def check(plan: PlanView) -> Problems:
    for target in plan.calls(REGISTER) if plan.is_template else ():
        named = variant_of(target)
        text = named.endpoint if named else None
        endpoint = call_named(plan, "sagemaker:CreateEndpoint", "EndpointName", text)
        if endpoint is None:
            continue
        if endpoint.call.besides.get("RetainAllVariantProperties") in (None, "false"):
            yield Problem(
                endpoint,
                f"`{endpoint}` scales, and each update takes it back to the initial count",
                "set `RetainAllVariantProperties: true`",
                related=((target["ResourceId"], "registered for scaling here"),),
            )
