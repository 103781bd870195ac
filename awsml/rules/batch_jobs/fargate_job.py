"""A job on Fargate has settings of machines, or one on machines has settings of Fargate.

On Fargate: an execution role, no privileged mode, no ulimits, no host paths, no devices, swap,
shared memory or tmpfs, and log drivers awslogs, splunk or awsfirelens. On EC2: no
`runtimePlatform`, no `fargatePlatformConfiguration`, no `ephemeralStorage`.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: small
    type: container
    platformCapabilities: [FARGATE]
    containerProperties: {image: busybox, privileged: true}

## Preferred
    jobDefinitionName: small
    type: container
    platformCapabilities: [FARGATE]
    containerProperties: {image: busybox,
      executionRoleArn: "arn:aws:iam::111122223333:role/execution"}

## AWS says
executionRoleArn is required for Fargate jobs.
"""

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import REGISTER, on_fargate, platforms
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{REGISTER}/containerProperties",)
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/fargate.html"

_OF_MACHINES = (
    "ulimits",
    "vcpus",
    "memory",
    "instanceType",
    "linuxParameters.devices",
    "linuxParameters.maxSwap",
    "linuxParameters.swappiness",
    "linuxParameters.sharedMemorySize",
    "linuxParameters.tmpfs",
)
_OF_FARGATE = ("fargatePlatformConfiguration", "runtimePlatform", "ephemeralStorage")
_LOG_DRIVERS = ("awslogs", "splunk", "awsfirelens")


def check(container: Part) -> Problems:
    definition = container.around
    platform = definition["platformCapabilities"]
    if not on_fargate(definition):
        if platforms(definition) in ([], ["EC2"]):
            for name in _OF_FARGATE:
                part = container[name]
                if part.exists:
                    yield Problem(part, f"`{part}` is for Fargate, not for EC2", "remove it")
            network = container["networkConfiguration"]
            if network.exists:
                message = f"`{network}` is for Fargate, not for EC2"
                yield Problem(network, message, "remove it", level=Level.WARNING)
        return
    because = ((platform, "Fargate"),)
    if not container["executionRoleArn"].exists:
        message = "a job on Fargate needs an execution role"
        yield Problem(container, message, "add `executionRoleArn`", because)
    for name in _OF_MACHINES:
        part = container[name]
        if part.exists:
            yield Problem(part, f"`{part}` is for machines, not for Fargate", "remove it", because)
    yield from _container(container, because)


def _container(container: Part, because: tuple[tuple[Part, str], ...]) -> Problems:
    privileged = container["privileged"]
    if privileged.flag:
        yield Problem(privileged, "a job on Fargate cannot be privileged", "remove it", because)
    for volume in container["volumes"].items:
        path = volume["host.sourcePath"]
        if path.exists:
            yield Problem(path, "Fargate has no host whose path could be used", "use EFS", because)
    driver = container["logConfiguration.logDriver"]
    if driver.text is not None and driver.text not in _LOG_DRIVERS:
        message = f"`{driver.text}` is no log driver of Fargate"
        yield Problem(driver, message, f"use {' or '.join(_LOG_DRIVERS)}", because)
    size = container["ephemeralStorage.sizeInGiB"]
    least, most = (
        int(limit(f"batch_fargate_storage_{end}").value) for end in ("minimum", "maximum")
    )
    if size.number is not None and not least <= size.number <= most:
        message = f"`{size}` is {size.number}, and is {least} to {most} GiB"
        yield Problem(size, message, f"use {least} to {most}, or leave it out", because)
