"""A job asks for a consumable resource twice, or for too many of them.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: train
    type: container
    containerProperties: {image: busybox}
    consumableResourceProperties:
      consumableResourceList:
        - {consumableResource: license, quantity: 1}
        - {consumableResource: license, quantity: 2}

## Preferred
    jobDefinitionName: train
    type: container
    containerProperties: {image: busybox}
    consumableResourceProperties:
      consumableResourceList: [{consumableResource: license, quantity: 3}]

## AWS says
Cannot have duplicate consumableResource in consumableResourceProperties
"""

from awsml.catalog import limit
from awsml.rules.batch_jobs._jobs import RANGES, REGISTER
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
_LIST = "consumableResourceProperties.consumableResourceList"
APIS = (f"{REGISTER}/{_LIST}", f"{RANGES}.{_LIST}")
SOURCE = "https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling.html"


def check(resources: Part) -> Problems:
    most = int(limit("batch_consumable_resources_maximum").value)
    if len(resources.items) > most:
        message = f"{len(resources.items)} consumable resources are more than {most}"
        yield Problem(resources, message, "remove some")
    seen: dict[str, Part] = {}
    for one in resources.items:
        name = one["consumableResource"]
        if name.text is not None and name.text in seen:
            because = ((seen[name.text], "the first"),)
            yield Problem(name, f"`{name.text}` is asked for twice", "add the two up", because)
        elif name.text is not None:
            seen[name.text] = name
