"""A job on Fargate has settings of machines, or one on machines has settings of Fargate.

On Fargate: an execution role, no privileged mode, no ulimits, no host paths, no devices, swap,
shared memory or tmpfs, no `ipcMode`, and log drivers awslogs, splunk or awsfirelens. On EC2: no
`runtimePlatform`, no platform version of Fargate, no `ephemeralStorage`. `networkMode` is for
managed instances alone.

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
from awsml.rules.batch_jobs._jobs import REGISTER, TASKS, definition_of, on_fargate, platforms
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{REGISTER}/containerProperties", *TASKS)
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
_OF_FARGATE = (
    "fargatePlatformConfiguration",
    "platformVersion",
    "runtimePlatform",
    "ephemeralStorage",
)
_LOG_DRIVERS = ("awslogs", "splunk", "awsfirelens")
_Because = tuple[tuple[Part, str], ...]


def check(job: Part) -> Problems:
    """`job` is the container of a job, or its task with several."""
    definition = definition_of(job)
    because = ((definition["platformCapabilities"], "Fargate"),)
    if on_fargate(definition):
        yield from _on_fargate(job, because)
    elif platforms(definition) in ([], ["EC2"]):
        yield from _on_machines(job)


def _is_task(job: Part) -> bool:
    return job.path.endswith("]")


def _on_machines(job: Part) -> Problems:
    for name in _OF_FARGATE:
        part = job[name]
        if part.exists:
            yield Problem(part, f"`{part}` is for Fargate, not for EC2", "remove it")
    network = job["networkConfiguration"]
    if network.exists:
        message = f"`{network}` is for Fargate, not for EC2"
        if _is_task(job):
            yield Problem(network, message, "remove it")
        else:
            yield Problem(network, message, "remove it", level=Level.WARNING)
    yield from _network_mode(job)


def _on_fargate(job: Part, because: _Because) -> Problems:
    containers = job["containers"].items if _is_task(job) else [job]
    if not _is_task(job) and not job["executionRoleArn"].exists:
        message = "a job on Fargate needs an execution role"
        yield Problem(job, message, "add `executionRoleArn`", because)
    mode = job["ipcMode"]
    if mode.exists:
        yield Problem(mode, f"`{mode}` is for machines, not for Fargate", "remove it", because)
    yield from _network_mode(job)
    for container in containers:
        for name in _OF_MACHINES:
            part = container[name]
            if part.exists:
                message = f"`{part}` is for machines, not for Fargate"
                yield Problem(part, message, "remove it", because)
        yield from _container(container, because)
    yield from _storage(job, because)


def _network_mode(job: Part) -> Problems:
    mode = job["networkMode"]
    if mode.exists:
        yield Problem(mode, f"`{mode}` is for managed instances", "remove it")


def _container(container: Part, because: _Because) -> Problems:
    privileged = container["privileged"]
    if privileged.flag:
        yield Problem(privileged, "a job on Fargate cannot be privileged", "remove it", because)
    driver = container["logConfiguration.logDriver"]
    if driver.text is not None and driver.text not in _LOG_DRIVERS:
        message = f"`{driver.text}` is no log driver of Fargate"
        yield Problem(driver, message, f"use {' or '.join(_LOG_DRIVERS)}", because)


def _storage(job: Part, because: _Because) -> Problems:
    for volume in job["volumes"].items:
        path = volume["host.sourcePath"]
        if path.exists:
            yield Problem(path, "Fargate has no host whose path could be used", "use EFS", because)
    size = job["ephemeralStorage.sizeInGiB"]
    least, most = (
        int(limit(f"batch_fargate_storage_{end}").value) for end in ("minimum", "maximum")
    )
    if size.number is not None and not least <= size.number <= most:
        message = f"`{size}` is {size.number}, and is {least} to {most} GiB"
        yield Problem(size, message, f"use {least} to {most}, or leave it out", because)
