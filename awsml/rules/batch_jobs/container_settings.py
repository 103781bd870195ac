"""A setting of a container is out of range or unknown.

Swap with swappiness from 0 to 100, tmpfs with a size, devices with READ, WRITE or MKNOD,
variables with a name, and the options that the awslogs driver has. A user is a name or a number,
and a group may follow after a colon. Names of variables that start with AWS_BATCH are reserved,
ulimits are those of Linux, and a mount names a volume of the job.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      linuxParameters: {maxSwap: 1024}

## Preferred
    jobDefinitionName: train
    type: container
    containerProperties:
      image: busybox
      linuxParameters: {maxSwap: 1024, swappiness: 60}

## AWS says
When container specified swap memory, swappiness value is required.
"""

import re

from awsml.nearness import nearest
from awsml.rules.batch_jobs._jobs import CONTAINERS, SUBMIT
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (*CONTAINERS, f"{SUBMIT}/containerOverrides")
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_LinuxParameters.html"

_USER = re.compile(r"[a-z0-9_][a-z0-9_-]{0,30}")
_PERMISSIONS = ("READ", "WRITE", "MKNOD")
_LOG_OPTIONS = (
    "awslogs-group",
    "awslogs-region",
    "awslogs-stream-prefix",
    "awslogs-datetime-format",
    "awslogs-multiline-pattern",
    "awslogs-create-group",
)


_ULIMITS = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
]


def check(container: Part) -> Problems:
    yield from _linux(container["linuxParameters"])
    yield from _user(container["user"])
    yield from _variables(container["environment"])
    for ulimit in container["ulimits"].items:
        name = ulimit["name"]
        if name.text is not None and name.text not in _ULIMITS:
            near = nearest(name.text, _ULIMITS)
            hint = f"did you mean {near[0]}?" if near else f"the names are {', '.join(_ULIMITS)}"
            message = f"`{name.text}` is no limit of Linux"
            yield Problem(name, message, hint, level=Level.WARNING)
    yield from _logs(container["logConfiguration"])
    if container.call.api != SUBMIT:
        yield from _mounts(container)


def _user(user: Part) -> Problems:
    if user.text and not all(_USER.fullmatch(part) for part in user.text.split(":", 1)):
        message = f"`{user.text}` is no user: small letters, digits, `_` and `-`"
        yield Problem(user, message, "write it as 1000 or 1000:1000; nothing is filled in")


def _variables(environment: Part) -> Problems:
    for variable in environment.items:
        name = variable["name"]
        if not name.text:
            yield Problem(variable, f"`{variable}` has no name", "add `name`")
        elif name.text.startswith("AWS_BATCH"):
            message = f"`{name.text}` is one of the names that AWS Batch sets itself"
            yield Problem(name, message, "use another name", level=Level.WARNING)


def _mounts(container: Part) -> Problems:
    volumes = container["volumes"]
    if container.path.endswith("]"):
        volumes = container.around["volumes"]
    names = {one["name"].text for one in volumes.items}
    for mount in container["mountPoints"].items:
        source = mount["sourceVolume"]
        if source.text is not None and source.text not in names:
            message = f"the job has no volume `{source.text}`"
            yield Problem(source, message, "add it to `volumes`", level=Level.WARNING)


def _logs(logs: Part) -> Problems:
    if logs["logDriver"].text == "awslogs":
        for key, option in logs["options"].entries:
            # Newer options (mode, max-buffer-size) are not listed by Batch; only its own misspelt
            # ones are certain.
            if key.startswith("awslogs-") and key not in _LOG_OPTIONS:
                near = nearest(key, _LOG_OPTIONS)
                message = f"`{key}` is no option of the awslogs driver"
                yield Problem(option, message, f"did you mean {near[0]}?" if near else None)


def _linux(linux: Part) -> Problems:
    swap, swappiness = linux["maxSwap"], linux["swappiness"]
    if swap.number is not None and swap.number < 0:
        yield Problem(swap, f"`{swap}` is {swap.number}, below 0", "use 0 or more")
    if swap.exists and not swappiness.exists:
        message = f"`{swap}` is given without `{swappiness}`"
        yield Problem(swap, message, "add `swappiness`, such as 60")
    if swappiness.number is not None and not 0 <= swappiness.number <= 100:
        message = f"`{swappiness}` is {swappiness.number}, and is 0 to 100"
        yield Problem(swappiness, message, "use 0 to 100")
    for tmpfs in linux["tmpfs"].items:
        size = tmpfs["size"]
        if size.number is not None and size.number < 1:
            yield Problem(size, f"`{size}` is {size.number} MiB", "use 1 or more")
    for device in linux["devices"].items:
        for permission in device["permissions"].items:
            if permission.text is not None and permission.text.upper() not in _PERMISSIONS:
                message = f"`{permission.text}` is no permission of a device"
                yield Problem(permission, message, f"use {', '.join(_PERMISSIONS)}")
