"""The capacity of a service environment is empty, or counted in two ways or an unknown unit.

One to five limits of at least 1: either one in `NUM_INSTANCES`, or each in an instance type of
SageMaker.

## Why
AWS refuses the request.

## Flagged
    serviceEnvironmentName: training
    serviceEnvironmentType: SAGEMAKER_TRAINING
    capacityLimits: [{maxCapacity: 10, capacityUnit: INSTANCES}]

## Preferred
    serviceEnvironmentName: training
    serviceEnvironmentType: SAGEMAKER_TRAINING
    capacityLimits: [{maxCapacity: 10, capacityUnit: NUM_INSTANCES}]

## AWS says
Max capacity must be more than 0.
"""

from awsml.catalog import limit
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = ("batch:CreateServiceEnvironment/capacityLimits",)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html"

_INSTANCES = "NUM_INSTANCES"


def check(limits: Part) -> Problems:
    most = int(limit("batch_service_limits_maximum").value)
    if limits.value == []:
        message = f"`{limits}` is empty"
        yield Problem(limits, message, f"add {{maxCapacity: 1, capacityUnit: {_INSTANCES}}}")
    elif len(limits.items) > most:
        message = f"{len(limits.items)} limits are given, and at most {most} can be"
        yield Problem(limits, message, f"count all machines together as {_INSTANCES}")
    for one in limits.items:
        size = one["maxCapacity"]
        if size.number is not None and size.number < 1:
            message = f"`{size}` is {size.number:g}, below 1"
            yield Problem(size, message, "use 1 or more")
    units = [one["capacityUnit"] for one in limits.items]
    for unit in units:
        if unit.text is not None and unit.text != _INSTANCES and not unit.text.startswith("ml."):
            message = f"`{unit.text}` is no unit of capacity"
            yield Problem(unit, message, f"use {_INSTANCES}, or a type such as ml.m5.large")
    whole = next((unit for unit in units if unit.text == _INSTANCES), None)
    typed = next((unit for unit in units if (unit.text or "").startswith("ml.")), None)
    if whole is not None and typed is not None:
        message = f"`{typed.text}` is counted beside {_INSTANCES}"
        yield Problem(typed, message, "use one of the two ways", ((whole, "the other"),))
