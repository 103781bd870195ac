"""The roles of an endpoint's stack, each with no more than it needs; what a parameter names is
allowed by that parameter, so that another image or model needs no other policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from awsml.kinds.batch.template import ref, sub

_PULL = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
]
# What SageMaker does in a VPC with the model's role; EC2 takes no resource for most of it.
# https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
_INTERFACES = [
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
]


def serving_role(*, objects: Sequence[str], registry: str | None, vpc: bool) -> dict[str, Any]:
    """What a container that serves needs: its image, its model, its log and its metrics.

    `objects` are parameters that hold s3:// addresses; `registry` is what stands between account
    and repository in the image's address, None where it is not from ECR.
    """
    statements = [
        _allowed(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            sub(
                "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:"
                "log-group:/aws/sagemaker/Endpoints/*"
            ),
        ),
        {
            **_allowed("cloudwatch:PutMetricData", "*"),
            "Condition": {"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}},
        },
    ]
    if registry is not None:
        statements.append(_allowed("ecr:GetAuthorizationToken", "*"))
        statements.append(_allowed(_PULL, _repository(registry)))
    statements += [_allowed("s3:GetObject", _object(name)) for name in objects]
    if vpc:
        statements.append(_allowed(_INTERFACES, "*"))
    return _role("sagemaker.amazonaws.com", "serve", statements)


def ending_role() -> dict[str, Any]:
    """What deletes the endpoint when its time is over, and nothing else."""
    # Ref of an endpoint is its ARN.
    deletion = _allowed("sagemaker:DeleteEndpoint", ref("Endpoint"))
    return _role("scheduler.amazonaws.com", "end", [deletion])


def _allowed(actions: str | list[str], resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _role(service: str, policy: str, statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
    }
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": policy, "PolicyDocument": document}],
        },
    }


def _repository(registry: str) -> dict[str, Any]:
    """ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG or NAME@DIGEST as the repository's ARN."""
    host = _part(0, "/", ref("Image"))
    name = _part(0, "@", _part(0, ":", _part(1, registry, ref("Image"))))
    return {
        "Fn::Sub": [
            "arn:${AWS::Partition}:ecr:${Home}:${Owner}:repository/${Name}",
            {"Home": _part(3, ".", host), "Owner": _part(0, ".", host), "Name": name},
        ]
    }


def _object(parameter: str) -> dict[str, Any]:
    """s3://bucket/key is the ARN without its scheme."""
    key = _part(1, "s3://", ref(parameter))
    return {"Fn::Join": ["", [sub("arn:${AWS::Partition}:s3:::"), key]]}


def _part(number: int, separator: str, text: Any) -> dict[str, Any]:
    return {"Fn::Select": [number, {"Fn::Split": [separator, text]}]}
