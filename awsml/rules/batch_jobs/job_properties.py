"""A job definition describes its containers twice, not at all, or in the way of another type.

One of `containerProperties`, `ecsProperties` and `eksProperties` for the type `container`,
`nodeProperties` for `multinode`. Managed instances take `ecsProperties` only.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: train
    type: multinode
    containerProperties: {image: busybox}

## Preferred
    jobDefinitionName: train
    type: container
    containerProperties: {image: busybox}

## AWS says
Node properties of multinode job is required.
"""

from awsml.rules.batch_jobs._jobs import REGISTER, platforms
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.VERIFIED
APIS = (REGISTER,)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html"

_KINDS = ("containerProperties", "ecsProperties", "eksProperties")


def check(definition: Part) -> Problems:
    kind, nodes = definition["type"], definition["nodeProperties"]
    given = [definition[name] for name in _KINDS if definition[name].exists]
    if (kind.text or "").lower() == "multinode":
        if not nodes.exists:
            message = "a multi-node job needs `nodeProperties`"
            yield Problem(definition, message, "add it, or use type: container")
        for other in given:
            message = f"`{other}` is given to a multi-node job"
            yield Problem(other, message, "move it into the node ranges", ((kind, "multinode"),))
        return
    if nodes.exists and kind.text is not None:
        message = "`nodeProperties` is for multi-node jobs"
        yield Problem(nodes, message, "use type: multinode", related=((kind, "the type"),))
    elif not given and not nodes.exists:
        message = "the definition has no container"
        yield Problem(definition, message, "add `containerProperties`")
    for other in given[1:]:
        message = f"`{given[0]}` and `{other}` are given"
        yield Problem(other, message, "keep one of them", related=((given[0], "the other"),))
    container = definition["containerProperties"]
    if container.exists and not container["image"].exists:
        yield Problem(container, f"`{container}` has no image", "add `image`")
    single = definition["containerProperties.instanceType"]
    if single.exists:
        message = f"`{single}` is for nodes of a multi-node job"
        yield Problem(single, message, "remove it", level=Level.WARNING)
    if "MANAGED_INSTANCES" in platforms(definition) and definition["containerProperties"].exists:
        yield Problem(
            definition["containerProperties"],
            "jobs on managed instances are described by `ecsProperties`",
            "move the container into `ecsProperties.taskProperties[0].containers`",
            related=((definition["platformCapabilities"], "managed instances"),),
        )
