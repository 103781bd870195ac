"""The environment of a model is larger than 32 KB.

The keys and values of all containers of a model count together.

## Why
AWS refuses the request.

## Flagged
    ModelName: detector
    Containers:
      - {Image: "a:1", Environment: {A: &long !long 20000}}
      - {Image: "b:1", Environment: {A: *long}}

## Preferred
    ModelName: detector
    Containers: [{Image: "a:1", Environment: {CONFIG: s3://acme/config.json}}]
"""

from awsml.catalog import limit
from awsml.rules.hosting._variants import MODEL
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (MODEL,)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html"


def check(model: Part) -> Problems:
    most = int(limit("model_environment_maximum").value)
    size = 0
    for container in [model["PrimaryContainer"], *model["Containers"].items]:
        environment = container["Environment"]
        before = size
        for key, value in environment.entries:
            size += len(key.encode()) + len((value.text or "").encode())
        if before <= most < size:
            yield Problem(
                environment,
                f"the environment has {size} bytes, and a model at most {most}",
                "put long values into a file in S3 and pass its address",
            )
