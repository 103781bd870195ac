"""An image is not in Amazon ECR, and no access to another registry is set up.

SageMaker pulls images from private ECR repositories. A registry of your own is reached through your
VPC, with `TrainingImageConfig` (training) or `ImageConfig` (models) set to `Vpc`.

## Why
AWS refuses the request; public ECR and Docker Hub are no exceptions.

## Flagged
    AlgorithmSpecification: {TrainingImage: "pytorch/pytorch:2.10", TrainingInputMode: File}

## Preferred
    AlgorithmSpecification:
      TrainingImage: 111122223333.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.10
      TrainingInputMode: File

## AWS says
Invalid training image. Please provide a valid Amazon Elastic Container Registry path of the Docker
image to run
"""

from awsml.rules.arns import parse_image
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS, within

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (
    *within(TRAINING_JOBS, "AlgorithmSpecification"),
    "sagemaker:CreateModel/PrimaryContainer",
    "sagemaker:CreateModel/Containers[]",
)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-containers-inference-private.html"


def check(container: Part) -> Problems:
    is_model = container.call.operation == "CreateModel"
    image = container["Image" if is_model else "TrainingImage"]
    access = container[
        "ImageConfig.RepositoryAccessMode"
        if is_model
        else "TrainingImageConfig.TrainingRepositoryAccessMode"
    ]
    if not image.text or parse_image(image.text) or access.text == "Vpc":
        return
    yield Problem(
        image,
        f"`{image.text}` is not in a private ECR repository",
        f"push it to ECR (ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG), or set `{access}` to Vpc",
    )
