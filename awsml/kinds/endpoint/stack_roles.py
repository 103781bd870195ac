"""The roles of an endpoint's stack, each with no more than it needs; what a parameter names is
allowed by that parameter, so that another image or model needs no other policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from awsml.kinds.iam import allow, role
from awsml.kinds.template import ref, sub

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
        allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            sub(
                "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:"
                "log-group:/aws/sagemaker/Endpoints/*"
            ),
        ),
        {
            **allow("cloudwatch:PutMetricData", "*"),
            "Condition": {"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}},
        },
    ]
    if registry is not None:
        statements.append(allow("ecr:GetAuthorizationToken", "*"))
        statements.append(allow(_PULL, _repository(registry)))
    statements += [allow("s3:GetObject", _object(name)) for name in objects]
    if vpc:
        statements.append(allow(_INTERFACES, "*"))
    return role("sagemaker.amazonaws.com", policy="serve", allowed=statements)


def ending_role() -> dict[str, Any]:
    """What deletes the endpoint when its time is over, and nothing else."""
    # Ref of an endpoint is its ARN.
    deletion = allow("sagemaker:DeleteEndpoint", ref("Endpoint"))
    return role("scheduler.amazonaws.com", policy="end", allowed=[deletion])


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
