"""An ARN stands where the name of a resource is wanted.

`!Ref` of a SageMaker model, endpoint configuration or endpoint gives its ARN, and the requests
that take one of them take its name: `!GetAtt` gives that.

## Why
AWS refuses the request, and the stack rolls back.

## Flagged
    Resources:
      Model:
        Type: AWS::SageMaker::Model
      Config:
        Type: AWS::SageMaker::EndpointConfig
        Properties:
          ProductionVariants: [{VariantName: all, ModelName: !Ref Model}]

## Preferred
    Resources:
      Model:
        Type: AWS::SageMaker::Model
      Config:
        Type: AWS::SageMaker::EndpointConfig
        Properties:
          ProductionVariants: [{VariantName: all, ModelName: !GetAtt Model.ModelName}]
"""

import re

from awsml.rules.links import referred
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (
    "sagemaker:CreateEndpointConfig/ProductionVariants[]",
    "sagemaker:CreateEndpointConfig/ShadowProductionVariants[]",
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateInferenceComponent",
    "sagemaker:CreateInferenceComponent/Specification",
    "application-autoscaling:RegisterScalableTarget",
)
SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-model.html"

_MEMBERS = ("ModelName", "EndpointConfigName", "EndpointName", "ResourceId")
_INSIDE = re.compile(r"endpoint/(?P<endpoint>‹[^›]+›)/variant/")


def check(structure: Part) -> Problems:
    for member in _MEMBERS:
        name = structure[member]
        text = name.spelled or ""
        inside = _INSIDE.match(text)
        reference = referred(inside["endpoint"] if inside else text)
        if reference is None or not reference[1].endswith("Arn"):
            continue
        resource, given = reference
        wanted = f"{resource}.{given.removesuffix('Arn')}Name"
        hint = f"write `${{{wanted}}}`" if inside else f"write `!GetAtt {wanted}`"
        yield Problem(name, f"`{name}` wants a name, and `{resource}` gives an ARN here", hint)
