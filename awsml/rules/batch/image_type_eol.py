"""A compute environment asks for an image type that is gone, does not exist, or does not suit it.

`ECS_*` images are for Amazon ECS, `EKS_*` ones for Amazon EKS. Environments with Amazon Linux 2
images of AWS have not been created since 2026-06-30. An image of your own (`imageIdOverride`) is
another matter.

## Why
AWS refuses the request.

## Flagged
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: EC2, ec2Configuration: [{imageType: ECS_AL2_NVIDIA}]}

## Preferred
    computeEnvironmentName: gpu
    type: MANAGED
    computeResources: {type: EC2, ec2Configuration: [{imageType: ECS_AL2023_NVIDIA}]}

## AWS says
Amazon Linux 2 is end-of-life.
"""

from awsml.catalog import batch_images
from awsml.nearness import nearest
from awsml.rules.batch._environments import RESOURCES
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{RESOURCES}.ec2Configuration[]",)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html"


def check(configuration: Part) -> Problems:
    image = configuration["imageType"]
    own = configuration["imageIdOverride"].exists or configuration.around["imageId"].exists
    if image.text is None:
        return
    known = {one.name: one for one in batch_images()}
    found = known.get(image.text)
    wanted = "EKS" if configuration.around.around["eksConfiguration"].exists else "ECS"
    if found is not None and not image.text.startswith(wanted):
        same = known.get(wanted + image.text[len(wanted) :])
        right = (same.replaced_by or same.name) if same is not None else f"{wanted}_AL2023"
        message = f"`{image.text}` is no image for Amazon {wanted}"
        yield Problem(image, message, f"use {right}", fix=right)
        return
    if own:
        return
    if found is not None and found.retired:
        message = f"`{image.text}` is refused since {found.since}: Amazon Linux 2 has ended"
        yield Problem(image, message, f"use {found.replaced_by}", fix=found.replaced_by)
    elif found is None:
        names = [one.name for one in known.values() if not one.retired]
        near = nearest(image.text, names, 3) or names[:2]
        yield Problem(image, f"`{image.text}` is no image type", f"use {' or '.join(near)}")
