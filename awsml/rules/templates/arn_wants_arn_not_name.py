"""The name of a role stands where its ARN is wanted.

`!Ref` of an IAM role gives its name; `!GetAtt Role.Arn` gives the ARN. Batch takes names as well.

## Why
AWS refuses the request, and the stack rolls back.

## Flagged
    Resources:
      Role:
        Type: AWS::IAM::Role
      Model:
        Type: AWS::SageMaker::Model
        Properties: {ExecutionRoleArn: !Ref Role}

## Preferred
    Resources:
      Role:
        Type: AWS::IAM::Role
      Model:
        Type: AWS::SageMaker::Model
        Properties: {ExecutionRoleArn: !GetAtt Role.Arn}
"""

from awsml.rules.links import referred
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.DOCUMENTED
APIS = (
    "sagemaker:CreateModel",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateProcessingJob",
    "application-autoscaling:RegisterScalableTarget",
    "events:PutRule",
    "events:PutTargets/Targets[]",
    "scheduler:CreateSchedule/Target",
)
SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html"

_MEMBERS = ("ExecutionRoleArn", "RoleArn", "RoleARN")


def check(structure: Part) -> Problems:
    for member in _MEMBERS:
        role = structure[member]
        reference = referred(role.spelled)
        if reference is not None and reference[1] == "RoleName":
            message = f"`{role}` wants an ARN, and `{reference[0]}` gives the name of a role here"
            yield Problem(role, message, f"write `!GetAtt {reference[0]}.Arn`")
