"""A subnet stands where a security group belongs, or the other way round.

Ids of security groups begin with `sg-`, those of subnets with `subnet-`. The model allows any word.

## Why
AWS refuses the request, or the job cannot be placed.

## Flagged
    VpcConfig: {SecurityGroupIds: [subnet-0123456789abcdef0], Subnets: [sg-0123456789abcdef0]}

## Preferred
    VpcConfig: {SecurityGroupIds: [sg-0123456789abcdef0], Subnets: [subnet-0123456789abcdef0]}
"""

from awsml.rules.rule import Confidence, Level, Part, Problem, Problems
from awsml.rules.subjects import TRAINING_JOBS, within

LEVEL = Level.ERROR
CONFIDENCE = Confidence.INFERRED
APIS = (*within(TRAINING_JOBS, "VpcConfig"), "sagemaker:CreateModel/VpcConfig")
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html"


def check(network: Part) -> Problems:
    for member, prefix in (("SecurityGroupIds", "sg-"), ("Subnets", "subnet-")):
        for part in network[member].items:
            if part.text is not None and not part.text.startswith(prefix):
                yield Problem(
                    part,
                    f"`{part.text}` is no id of `{network[member]}`",
                    f"write an id that begins with `{prefix}`",
                )
