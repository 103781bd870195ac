"""A model whose containers are called one by one has one, or some without a name.

With `InferenceExecutionConfig: {Mode: Direct}` every call names its container, so `Containers` has
at least two and each has a `ContainerHostname`.

## Why
AWS refuses the request, or nobody can call the container.

## Flagged
    ModelName: two
    InferenceExecutionConfig: {Mode: Direct}
    Containers:
      - {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/first:1"}
      - {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/second:1"}

## Preferred
    ModelName: two
    InferenceExecutionConfig: {Mode: Direct}
    Containers:
      - {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/first:1", ContainerHostname: first}
      - {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/second:1", ContainerHostname: second}
"""

from awsml.rules.hosting._variants import MODEL
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (MODEL,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-create.html"


def check(model: Part) -> Problems:
    mode, containers = model["InferenceExecutionConfig.Mode"], model["Containers"]
    if mode.text != "Direct":
        return
    because = ((mode, "called one by one"),)
    if len(containers.items) < 2:
        fact = "the model has one container, and direct calls choose among several"
        yield Problem(mode, fact, "put two or more into `Containers`, or remove the mode")
    # Where some are named, pipeline-containers asks for the others.
    elif not any(one["ContainerHostname"].exists for one in containers.items):
        unnamed = containers.items[0]
        message = f"`{unnamed}` has no host name, and direct calls go by it"
        yield Problem(unnamed, message, "add `ContainerHostname` to every container", because)
