"""A container of a pod asks for resources in a way that AWS Batch does not take.

`cpu` is a whole number or a multiple of 0.25, `memory` at least 4 `Mi`, `nvidia.com/gpu` a whole
number; nothing else can be asked for. `cpu` and `memory` are given as a limit, a request or
both: memory and GPUs are then equal, and the request of `cpu` is at most its limit.

## Why
AWS refuses the request, also what Kubernetes itself takes (`500m`, `2Gi`).

## Flagged
    jobDefinitionName: pods
    type: container
    eksProperties:
      podProperties:
        containers:
          - {image: "train:1", resources: {limits: {cpu: 500m, memory: 2Gi}}}

## Preferred
    jobDefinitionName: pods
    type: container
    eksProperties:
      podProperties:
        containers:
          - {image: "train:1", resources: {limits: {cpu: "0.5", memory: 2048Mi}}}

## AWS says
Value 500m for type cpu in resources is not valid. Provide a valid number and unit.
"""

import re

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import PODS
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = tuple(f"{place}.{kind}[]" for place in PODS for kind in ("containers", "initContainers"))
SOURCE = (
    "https://docs.aws.amazon.com/batch/latest/APIReference/"
    "API_EksContainerResourceRequirements.html"
)

_GPU = "nvidia.com/gpu"
_NUMBER = re.compile(r"\d+(\.\d+)?")
_UNIT = re.compile(r"\d+(\.\d+)?[A-Za-z]+")


def check(container: Part) -> Problems:
    resources = container["resources"]
    given = {side: dict(resources[side].entries) for side in ("limits", "requests")}
    for side in given.values():
        for name, value in side.items():
            yield from _value(name, value)
    for name in ("cpu", "memory"):
        if not any(name in side for side in given.values()):
            message = f"`{container}` does not say how much {name} it needs"
            yield Problem(container, message, f"add `resources.limits.{name}`")
    for name in ("cpu", "memory", _GPU):
        limit, request = given["limits"].get(name), given["requests"].get(name)
        if limit is not None and request is not None:
            yield from _pair(name, limit, request)


def _value(name: str, value: Part) -> Problems:
    text, size, least = value.text, _amount(value.text), int(limit("batch_memory_minimum").value)
    if name not in ("cpu", "memory", _GPU):
        message = f"`{name}` is no resource of a job"
        yield Problem(value, message, f"the resources are cpu, memory and {_GPU}")
    elif text is None:
        return
    elif name == "cpu" and not (_NUMBER.fullmatch(text) and (float(text) * 4).is_integer()):
        message = f"`{text}` is no multiple of 0.25 vCPUs"
        yield Problem(value, message, 'write "0.5" for half of one')
    elif name == "memory" and _UNIT.fullmatch(text) and not text.endswith("Mi"):
        yield Problem(value, f"`{text}` is not in Mi", 'write "2048Mi" for 2 GiB')
    elif name == "memory" and size is not None and size < least:
        message = f"`{text}` is below {least} MiB"
        yield Problem(value, message, 'write "2048Mi" for 2 GiB')
    elif name == _GPU and not text.isdigit():
        yield Problem(value, f"`{text}` is no whole number of GPUs", 'write "1"')


def _pair(name: str, limit: Part, request: Part) -> Problems:
    most, asked = _amount(limit.text), _amount(request.text)
    if most is None or asked is None or asked == most or (name == "cpu" and asked < most):
        return
    rule = "at most the limit" if name == "cpu" else "equal to the limit"
    message = f"the request of {name} is {request.text}, and has to be {rule}, {limit.text}"
    yield Problem(request, message, f'write "{limit.text}"', related=((limit, "the limit"),))


def _amount(text: str | None) -> float | None:
    digits = (text or "").removesuffix("Mi")
    return float(digits) if _NUMBER.fullmatch(digits) else None
