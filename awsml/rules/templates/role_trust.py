"""A role is given to a service that it does not trust.

The `AssumeRolePolicyDocument` of a role names the services that may take it. Which service takes
a role depends on the place: jobs of Batch take theirs through `ecs-tasks.amazonaws.com`, machines
through `ec2.amazonaws.com`, Spot fleets through `spotfleet.amazonaws.com`, schedules through
`scheduler.amazonaws.com`, and rules through `events.amazonaws.com`.

## Why
AWS refuses the request and the stack rolls back; jobs and targets of rules are accepted, and each
of them fails.

## Flagged
    Resources:
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Statement:
              - Effect: Allow
                Principal: {Service: lambda.amazonaws.com}
                Action: "sts:AssumeRole"
      Model:
        Type: AWS::SageMaker::Model
        Properties: {ExecutionRoleArn: !GetAtt Role.Arn}

## Preferred
    Resources:
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Statement:
              - Effect: Allow
                Principal: {Service: sagemaker.amazonaws.com}
                Action: "sts:AssumeRole"
      Model:
        Type: AWS::SageMaker::Model
        Properties: {ExecutionRoleArn: !GetAtt Role.Arn}
"""

from awsml.rules.links import trust_of
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems, require_known

LEVEL = Level.ERROR
ALSO = (Level.WARNING,)
CONFIDENCE = Confidence.DOCUMENTED
_JOB = "batch:RegisterJobDefinition"
APIS = (
    "sagemaker:CreateModel",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateProcessingJob",
    "batch:CreateComputeEnvironment",
    "batch:CreateComputeEnvironment/computeResources",
    f"{_JOB}/containerProperties",
    f"{_JOB}/ecsProperties.taskProperties[]",
    f"{_JOB}/nodeProperties.nodeRangeProperties[].container",
    "events:PutTargets/Targets[]",
    "scheduler:CreateSchedule/Target",
)
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html"


_TAKEN_BY = {
    "sagemaker": {"ExecutionRoleArn": "sagemaker", "RoleArn": "sagemaker"},
    "batch": {
        "serviceRole": "batch",
        "instanceRole": "ec2",
        "spotIamFleetRole": "spotfleet",
        "jobRoleArn": "ecs-tasks",
        "taskRoleArn": "ecs-tasks",
        "executionRoleArn": "ecs-tasks",
    },
    "events": {"RoleArn": "events"},
    "scheduler": {"RoleArn": "scheduler"},
}
_LATER = (_JOB, "events:PutTargets")  # accepted; what takes the role fails


def check(structure: Part) -> Problems:
    roles = [
        (role, service)
        for member, service in _TAKEN_BY[structure.call.service].items()
        if (role := structure[member]).written
    ]
    for role, service in roles:
        found = trust_of(role)
        if found is None or service in found[1]:
            continue
        trusted = ", ".join(sorted(found[1])) or "no service"
        yield Problem(
            role,
            f"`{service}.amazonaws.com` takes `{role}`, and `{found[0]}` trusts {trusted}",
            f"let `{found[0]}` trust {service}.amazonaws.com",
            level=Level.WARNING if structure.call.api in _LATER else None,
        )
    require_known(role for role, _ in roles)
