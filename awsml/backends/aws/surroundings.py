"""Values of a stack's parameters that only the account can tell: network and uploads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.aws.session import Aws
from awsml.errors import BackendError


class NoDefaultNetwork(BackendError):
    """The account has no default VPC in this region."""

    slug = "no-default-vpc"


def default_network(aws: Aws) -> dict[str, str]:
    """Subnets of the default VPC, one a zone, and its default security group."""
    vpcs = aws.call("ec2", "DescribeVpcs", {"Filters": _is("is-default", "true")})["Vpcs"]
    if not vpcs:
        raise NoDefaultNetwork(
            f"{aws.region} has no default VPC",
            hint="set `compute.subnets: [subnet-...]` and `compute.security_groups: [sg-...]`",
        )
    here = _is("vpc-id", vpcs[0]["VpcId"])
    subnets = aws.call("ec2", "DescribeSubnets", {"Filters": here})["Subnets"]
    named = [*here, *_is("group-name", "default")]
    groups = aws.call("ec2", "DescribeSecurityGroups", {"Filters": named})["SecurityGroups"]
    return {
        "Subnets": ",".join(sorted(subnet["SubnetId"] for subnet in subnets)),
        "SecurityGroups": ",".join(group["GroupId"] for group in groups),
    }


def missing_network(parameters: Mapping[str, Any]) -> bool:
    """Whether the template asks for a network that the scenario does not name."""
    wanted = [parameters.get(name) for name in ("Subnets", "SecurityGroups")]
    return any(one is not None and "Default" not in one for one in wanted)


def _is(name: str, value: str) -> list[dict[str, Any]]:
    return [{"Name": name, "Values": [value]}]
