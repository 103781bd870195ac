"""The machines have GPUs that the image of AWS has no driver for.

The GPU image that Batch takes (ECS_AL2023_NVIDIA) does not support P3 and G3, and the older one
can no longer be chosen. Environments on Amazon EKS use other images.

## Why
Jobs start and find no device, or the environment becomes INVALID.

## Flagged
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT, instanceTypes: [p3]}

## Preferred
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: SPOT, instanceTypes: [g4dn, g5, g6]}
"""

from awsml.catalog import batch_image_refuses
from awsml.rules.batch._environments import RESOURCES, on_machines, retired
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (RESOURCES,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html"


def check(resources: Part) -> Problems:
    own = [one["imageIdOverride"].exists for one in resources["ec2Configuration"].items]
    if not on_machines(resources) or any(own) or resources["imageId"].exists:
        return
    if resources.around["eksConfiguration"].exists:
        return
    for one in resources["instanceTypes"].items:
        refused = batch_image_refuses(one.text) if one.text else None
        if refused is not None:
            newer = f"use {', '.join(refused.replaced_by)}"
            gone = retired(one.text or "")
            hint = newer if gone else f"{newer}, or an image of your own"
            yield Problem(one, f"`{one.text}`: {refused.note}", hint)
