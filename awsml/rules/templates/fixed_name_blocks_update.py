"""A resource that can only be replaced has a name of its own.

A SageMaker model or endpoint configuration cannot be changed, and a compute environment only in
part: CloudFormation makes a new one and then removes the old. With a fixed name there would be
two of that name. A name that is made of the stack's own is fixed as well: the stack keeps it. An
unmanaged environment has nothing that would replace it.

## Why
The first deployment works, and the first change fails: a custom-named resource cannot be replaced.

## Flagged
    Resources:
      Model:
        Type: AWS::SageMaker::Model
        Properties: {ModelName: detector}

## Preferred
    Resources:
      Model:
        Type: AWS::SageMaker::Model
        Properties: {EnableNetworkIsolation: true}

## AWS says
CloudFormation cannot update a stack when a custom-named resource requires replacing.
"""

import re

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.VERIFIED
APIS = (
    "sagemaker:CreateModel",
    "sagemaker:CreateEndpointConfig",
    "batch:CreateComputeEnvironment",
)
SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"

_LATE = re.compile(r"‹([^›]*)›")
_OF_THE_STACK = {"account", "region", "partition", "url-suffix", "stack-name", "stack-id"}
_NAMES = ("ModelName", "EndpointConfigName", "computeEnvironmentName")


def check(request: Part) -> Problems:
    in_place = request.call.besides.get("ReplaceComputeEnvironment") == "false"
    kind = request["type"]
    unmanaged = kind.known and (kind.text or "").upper() == "UNMANAGED"
    if not request.plan.is_template or in_place or unmanaged:
        return
    for name in (request[member] for member in _NAMES):
        text = name.spelled
        if text is None or set(_LATE.findall(text)) - _OF_THE_STACK:
            continue
        yield Problem(
            name,
            f"`{name}` is a fixed name, and a change needs a second resource beside it",
            "leave the name out, and refer to the resource with !GetAtt"
            if name.name[0].isupper()
            else "leave the name out, or set `ReplaceComputeEnvironment: false`",
        )
