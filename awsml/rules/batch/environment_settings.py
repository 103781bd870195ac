"""A setting of a compute environment is out of its range, or for environments of another type.

`managedInstancesProvider` and `capacityTags` are for ECS managed instances, which need the
first. Instances stay 20 to 10,080 minutes after their jobs, and one or two image settings can be
given.

## Why
AWS refuses the request.

## Flagged
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources: {type: EC2, scalingPolicy: {minScaleDownDelayMinutes: 5}}

## Preferred
    computeEnvironmentName: cpu
    type: MANAGED
    computeResources: {type: EC2, scalingPolicy: {minScaleDownDelayMinutes: 20}}
"""

from awsml.catalog import limit
from awsml.rules.batch._environments import RESOURCES, kind_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (RESOURCES,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html"


def check(resources: Part) -> Problems:
    yield from _managed_instances(resources)
    delay = resources["scalingPolicy.minScaleDownDelayMinutes"]
    least, most = (
        int(limit(f"batch_scale_down_delay_{end}").value) for end in ("minimum", "maximum")
    )
    # 0 is what turns the delay off again in an update.
    if delay.number and not least <= delay.number <= most:
        message = f"`{delay}` is {delay.number:g}, and is {least} to {most} minutes"
        yield Problem(delay, message, f"use {least} or more, or leave it out")
    images, allowed = resources["ec2Configuration"], int(limit("batch_image_settings").value)
    if len(images.items) > allowed:
        message = f"{len(images.items)} image settings are given, and {allowed} can be"
        yield Problem(images, message, "keep one, or one for GPUs and one for the rest")


def _managed_instances(resources: Part) -> Problems:
    kind, provider = kind_of(resources), resources["managedInstancesProvider"]
    if kind == "ECS_MANAGED_INSTANCES":
        if not provider.exists:
            message = "managed instances need a provider"
            yield Problem(resources, message, "add `managedInstancesProvider`")
        return
    for part in (provider, resources["capacityTags"]):
        if kind is not None and part.exists:
            message = f"`{part}` is for ECS managed instances"
            because = ((resources["type"], "another type"),)
            yield Problem(part, message, "remove it", because)
