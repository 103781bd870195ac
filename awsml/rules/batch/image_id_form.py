"""The machine image of a compute environment is not an AMI's id.

`imageId` and `imageIdOverride` take the id itself, which begins with `ami-`. The name of a
parameter in Parameter Store, such as `/aws/service/ecs/optimized-ami/...`, is looked up by launch
templates and by CloudFormation's parameters, and not by Batch.

## Why
The environment becomes INVALID, and its jobs wait in RUNNABLE.

## Flagged
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources:
      type: EC2
      imageId: /aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id

## Preferred
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: EC2, ec2Configuration: [{imageType: ECS_AL2023_NVIDIA}]}
"""

from awsml.rules.batch._environments import RESOURCES
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.INFERRED
APIS = (RESOURCES, f"{RESOURCES}.ec2Configuration[]")
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html"


def check(structure: Part) -> Problems:
    for member in ("imageId", "imageIdOverride"):
        image = structure[member]
        if image.text and not image.text.startswith("ami-"):
            yield Problem(
                image,
                f"`{image.text}` is no AMI's id",
                "write its id (ami-...), or choose an `imageType` and leave this out",
            )
