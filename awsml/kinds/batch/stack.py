"""The infrastructure of a batch scenario as a CloudFormation template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.kinds.batch.names import base_name
from awsml.kinds.batch.roles import roles
from awsml.kinds.batch.schedule import notices, schedule_resources
from awsml.kinds.batch.spec import BatchSpec
from awsml.kinds.template import (
    attribute,
    intrinsic,
    parameters_in,
    pascal,
    ref,
    sub,
    yaml_text,
)

GPU_IMAGE_TYPE = "ECS_AL2023_NVIDIA"
CPU_IMAGE_TYPE = "ECS_AL2023"
# A waiting job is ended for exactly these reasons; any other text would never match.
# https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html
_WAITS = {
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY": 86_400,
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE": 600,
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT": 600,
}
_FREE_KEYS = frozenset({"options", "parameters", "tags"})
_COMMENT = """\
{title}: jobs on AWS Batch{spot}, written by awsml from a scenario.
Deploy:  awsml batch deploy   (or: aws cloudformation deploy --template-file THIS
         --stack-name {name} --capabilities CAPABILITY_NAMED_IAM
         --parameter-overrides Subnets=... SecurityGroups=...)"""
# Batch wants user data in MIME parts. Draining turns a Spot notice into SIGTERM for the jobs.
_USER_DATA = """\
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="==AWSML=="

--==AWSML==
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config

--==AWSML==--
"""


def stack_text(spec: BatchSpec, definition: Mapping[str, Any]) -> str:
    """The template of a scenario; values that differ between accounts are parameters."""
    comment = _COMMENT.format(
        title=spec.name,
        spot=" with Spot capacity" if spec.compute.spot else "",
        name=f"awsml-{base_name(spec)}",
    )
    return yaml_text(stack(spec, definition), comment)


def stack(spec: BatchSpec, definition: Mapping[str, Any]) -> dict[str, Any]:
    own_queue = spec.compute.queue is None
    resources: dict[str, Any] = {}
    if own_queue:
        resources |= _environments(spec) | {"Queue": _queue(spec)} | _log_group(spec)
    resources |= roles(spec)
    resources["Definition"] = _definition(spec, definition)
    resources |= schedule_resources(spec) | notices(spec)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{spec.name}: AWS Batch jobs, their machines, schedule and notices",
        "Parameters": _parameters(spec, definition),
        "Conditions": {"Notify": {"Fn::Not": [{"Fn::Equals": [ref("NotifyEmail"), ""]}]}},
        "Resources": resources,
        "Outputs": {
            "Queue": {"Value": _queue_value(spec)},
            "Definition": {"Value": ref("Definition")},
        },
    }


def _parameters(spec: BatchSpec, definition: Mapping[str, Any]) -> dict[str, Any]:
    container = definition.get("containerProperties", {})
    found: dict[str, Any] = {"Name": {"Type": "String", "Default": base_name(spec)}}
    if isinstance(container.get("image"), str):
        found["ImageUri"] = {"Type": "String", "Default": container["image"]}
    for name in sorted(parameters_in(container)):
        found[name] = {"Type": "String"}
    if spec.compute.queue is None:
        found |= _machine_parameters(spec)
    else:
        found["QueueName"] = {"Type": "String", "Default": spec.compute.queue}
    if spec.schedule is not None:
        found["ScheduleState"] = {
            "Type": "String",
            "Default": "ENABLED",
            "AllowedValues": ["ENABLED", "DISABLED"],
        }
    return found | {
        "NotifyEmail": {
            "Type": "String",
            "Default": spec.notify or "",
            "Description": "Told of failed jobs and a blocked queue; empty for nobody.",
        }
    }


def _machine_parameters(spec: BatchSpec) -> dict[str, Any]:
    compute = spec.compute
    return {
        "Subnets": _listed("AWS::EC2::Subnet::Id", compute.subnets),
        "SecurityGroups": _listed("AWS::EC2::SecurityGroup::Id", compute.security_groups),
        "MaxvCpus": {"Type": "Number", "Default": compute.max_vcpus, "MinValue": 1},
        "LogRetentionDays": {"Type": "Number", "Default": 30},
    }


def _listed(type_: str, values: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"Type": f"List<{type_}>"}
    return {**found, "Default": ",".join(values)} if values else found


def _environments(spec: BatchSpec) -> dict[str, Any]:
    if spec.compute.platform == "fargate":
        type_ = "FARGATE_SPOT" if spec.compute.spot else "FARGATE"
        return {"FirstEnvironment": _environment(_resources(type_))}
    found: dict[str, Any] = {"LaunchTemplate": _launch_template(spec)}
    first, second = ("SPOT", "EC2") if spec.compute.spot else ("EC2", None)
    found["FirstEnvironment"] = _environment(_machines(spec, first))
    if spec.compute.fallback and second:
        found["SecondEnvironment"] = _environment(_machines(spec, second))
    return found


def _environment(resources: dict[str, Any]) -> dict[str, Any]:
    """Updated in place: no name that a replacement would collide with, no service role."""
    properties: dict[str, Any] = {
        "Type": "MANAGED",
        "State": "ENABLED",
        "ReplaceComputeEnvironment": False,
        "ComputeResources": resources,
    }
    if not resources["Type"].startswith("FARGATE"):
        properties["UpdatePolicy"] = {
            "TerminateJobsOnUpdate": False,
            "JobExecutionTimeoutMinutes": 360,
        }
    return {"Type": "AWS::Batch::ComputeEnvironment", "Properties": properties}


def _resources(type_: str) -> dict[str, Any]:
    return {
        "Type": type_,
        "MaxvCpus": ref("MaxvCpus"),
        "Subnets": ref("Subnets"),
        "SecurityGroupIds": ref("SecurityGroups"),
    }


def _machines(spec: BatchSpec, type_: str) -> dict[str, Any]:
    strategy = "SPOT_PRICE_CAPACITY_OPTIMIZED" if type_ == "SPOT" else "BEST_FIT_PROGRESSIVE"
    gpu = bool(spec.resources.gpus)
    return _resources(type_) | {
        "AllocationStrategy": strategy,
        "MinvCpus": 0,
        "InstanceTypes": list(spec.compute.instances) or ["optimal"],
        "InstanceRole": attribute("InstanceProfile.Arn"),
        "LaunchTemplate": {
            "LaunchTemplateId": ref("LaunchTemplate"),
            "Version": attribute("LaunchTemplate.LatestVersionNumber"),
        },
        "Ec2Configuration": [{"ImageType": GPU_IMAGE_TYPE if gpu else CPU_IMAGE_TYPE}],
        "UpdateToLatestImageVersion": True,
    }


def _launch_template(spec: BatchSpec) -> dict[str, Any]:
    disk = {
        "VolumeSize": spec.compute.volume,
        "VolumeType": "gp3",
        "Encrypted": True,
        "DeleteOnTermination": True,
    }
    return {
        "Type": "AWS::EC2::LaunchTemplate",
        "Properties": {
            "LaunchTemplateData": {
                "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": disk}],
                "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
                "UserData": {"Fn::Base64": _USER_DATA},
            }
        },
    }


def _queue(spec: BatchSpec) -> dict[str, Any]:
    order = ["FirstEnvironment"]
    if spec.compute.fallback and spec.compute.spot and spec.compute.platform == "ec2":
        order.append("SecondEnvironment")
    return {
        "Type": "AWS::Batch::JobQueue",
        "Properties": {
            "JobQueueName": sub("awsml-${Name}"),
            "Priority": 1,
            "State": "ENABLED",
            "ComputeEnvironmentOrder": [
                {"Order": place, "ComputeEnvironment": ref(name)}
                for place, name in enumerate(order, start=1)
            ],
            "JobStateTimeLimitActions": [
                {"State": "RUNNABLE", "Reason": reason, "MaxTimeSeconds": most, "Action": "CANCEL"}
                for reason, most in _WAITS.items()
            ],
        },
    }


def _log_group(spec: BatchSpec) -> dict[str, Any]:
    return {
        "LogGroup": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {
                "LogGroupName": sub("/awsml/batch/${Name}"),
                "RetentionInDays": ref("LogRetentionDays"),
            },
        }
    }


def _definition(spec: BatchSpec, definition: Mapping[str, Any]) -> dict[str, Any]:
    """The very definition of the plan; older revisions stay, so that running jobs keep theirs."""
    properties = pascal(intrinsic(definition), _FREE_KEYS)
    container = properties["ContainerProperties"]
    container["Image"] = ref("ImageUri")
    if spec.role is None:
        container["JobRoleArn"] = attribute("JobRole.Arn")
    if "ExecutionRoleArn" in container:
        container["ExecutionRoleArn"] = attribute("ExecutionRole.Arn")
    options = container.get("LogConfiguration", {}).get("Options", {})
    if "awslogs-group" in options:
        container["LogConfiguration"]["Options"] = options | {"awslogs-group": ref("LogGroup")}
    properties["ResourceRetentionPolicy"] = {"SkipDeregisterOnUpdate": True}
    return {"Type": "AWS::Batch::JobDefinition", "Properties": properties}


def _queue_value(spec: BatchSpec) -> Any:
    return ref("Queue") if spec.compute.queue is None else ref("QueueName")
