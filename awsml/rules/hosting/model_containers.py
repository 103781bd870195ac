"""A model has both a primary container and a list of containers, or neither.

## Why
AWS refuses the request.

## Flagged
    ModelName: detector
    ExecutionRoleArn: arn:aws:iam::111122223333:role/hosting
    PrimaryContainer: {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1"}
    Containers: [{Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/prepare:1"}]

## Preferred
    ModelName: detector
    ExecutionRoleArn: arn:aws:iam::111122223333:role/hosting
    PrimaryContainer: {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1"}

## AWS says
SageMaker expects either a single primary container, xor a list of container definitions.
"""

from awsml.rules.hosting._variants import MODEL
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (MODEL,)
SOURCE = "https://github.com/aws/amazon-sagemaker-operator-for-k8s/pull/164"


def check(model: Part) -> Problems:
    primary, several = model["PrimaryContainer"], model["Containers"]
    if primary.exists and several.exists and several.items:
        yield Problem(
            primary,
            "a primary container and a list of containers are given",
            "keep one of them",
            related=((several, "the list"),),
        )
    elif not primary.exists and not several.items:
        yield Problem(model, "the model has no container", "add `PrimaryContainer`")
