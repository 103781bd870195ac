"""An image comes from a registry in a VPC, and the request names no VPC.

With the access mode `Vpc`, SageMaker fetches the image through the subnets of `VpcConfig`.

## Why
The registry cannot be reached, and nothing starts.

## Flagged
    TrainingJobName: train
    AlgorithmSpecification:
      TrainingImage: registry.acme.org/train:1.0
      TrainingInputMode: File
      TrainingImageConfig: {TrainingRepositoryAccessMode: Vpc}

## Preferred
    TrainingJobName: train
    AlgorithmSpecification:
      TrainingImage: registry.acme.org/train:1.0
      TrainingInputMode: File
      TrainingImageConfig: {TrainingRepositoryAccessMode: Vpc}
    VpcConfig: {Subnets: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d]}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = ("sagemaker:CreateTrainingJob", "sagemaker:CreateModel")
SOURCE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/"
    "docker-containers-adapt-your-own-private-registry.html"
)


def check(request: Part) -> Problems:
    containers = [request["PrimaryContainer"], *request["Containers"].items]
    modes = [one["ImageConfig.RepositoryAccessMode"] for one in containers]
    config = request["AlgorithmSpecification.TrainingImageConfig"]
    for mode in (*modes, config["TrainingRepositoryAccessMode"]):
        if mode.text == "Vpc" and not request["VpcConfig"].exists:
            message = "the image is in a VPC, and the request names none"
            yield Problem(mode, message, "add `VpcConfig` with subnets that reach the registry")
