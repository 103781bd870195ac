"""The calls of an endpoint as a CloudFormation template: the same values, and no fixed names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from awsml.kinds.endpoint.stack_roles import ending_role, serving_role
from awsml.kinds.template import attribute, ref, sub, yaml_text
from awsml.plan import Call, Ref
from awsml.trees import mapped

STACK_FILE = "stack.yaml"
# Operation to resource: logical id, type.
_RESOURCES = {
    "CreateModel": ("Model", "AWS::SageMaker::Model"),
    "CreateEndpointConfig": ("EndpointConfig", "AWS::SageMaker::EndpointConfig"),
    "CreateEndpoint": ("Endpoint", "AWS::SageMaker::Endpoint"),
    "RegisterScalableTarget": ("Target", "AWS::ApplicationAutoScaling::ScalableTarget"),
    "PutScalingPolicy": ("Policy", "AWS::ApplicationAutoScaling::ScalingPolicy"),
    "CreateSchedule": ("Ending", "AWS::Scheduler::Schedule"),
}
# Named by CloudFormation, so that a change can replace them; it knows no action after completion.
_LEFT_OUT = {
    "ModelName",
    "EndpointConfigName",
    "EndpointName",
    "Name",
    "ActionAfterCompletion",
    "ClientToken",
}
_SOURCE = "SAGEMAKER_SUBMIT_DIRECTORY"
_REGISTRY = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+(?P<end>\.amazonaws\.com(\.cn)?/).+")
_ERRORS_IN_FIVE_MINUTES = 5
_BUSY_PERCENT_OF_CORE = 85


def stack_text(name: str, calls: Sequence[Call]) -> str:
    """The whole template as YAML."""
    template = stack(name, calls)
    told = [key for key, value in template["Parameters"].items() if "Default" not in value]
    overrides = "".join(f" {key}=..." for key in told)
    lines = [
        f"{name}: an endpoint that scales by its load, written by awsml from a scenario.",
        "Deploy:  aws cloudformation deploy --template-file THIS --stack-name NAME",
        "         --capabilities CAPABILITY_IAM"
        + (f" --parameter-overrides{overrides}" if overrides else ""),
    ]
    return yaml_text(template, "\n".join(lines))


def stack(name: str, calls: Sequence[Call]) -> dict[str, Any]:
    by_operation = {call.operation: call for call in calls}
    given = by_operation["CreateModel"].params["ExecutionRoleArn"]
    resources = dict[str, Any]()
    parameters = _parameters(by_operation)
    if isinstance(given, Ref):
        resources["ExecutionRole"] = serving_role(
            objects=[one for one in ("ModelDataUrl", "SourceUrl") if one in parameters],
            registry=_registry(by_operation["CreateModel"]),
            vpc="VpcConfig" in by_operation["CreateModel"].params,
        )
    for operation, (logical, kind) in _RESOURCES.items():
        if operation in by_operation:
            properties = _properties(by_operation[operation].params)
            resources[logical] = {"Type": kind, "Properties": properties}
    _wire(resources, given)
    if "Ending" in resources:
        _wire_ending(resources, by_operation["CreateSchedule"].params["Target"]["RoleArn"])
    resources |= _alarms()
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{name}: a real-time endpoint, what scales it, and its alarms",
        "Parameters": parameters,
        "Resources": resources,
        "Outputs": {"EndpointName": {"Value": attribute("Endpoint.EndpointName")}},
    }


def _registry(model: Call) -> str | None:
    """What ends the registry's host, where the image is in ECR or not known yet."""
    image = model.params["PrimaryContainer"]["Image"]
    if not isinstance(image, str):
        return ".amazonaws.com/"
    found = _REGISTRY.fullmatch(image)
    return found["end"] if found else None


def _properties(params: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in params.items() if key not in _LEFT_OUT}
    return {key: mapped(value, lambda leaf: leaf) for key, value in kept.items()}


def _wire(resources: dict[str, Any], role: Any) -> None:
    """Names become references, and what a deployment may want to change a parameter."""
    model = resources["Model"]["Properties"]
    model["ExecutionRoleArn"] = attribute("ExecutionRole.Arn") if isinstance(role, Ref) else role
    model["PrimaryContainer"]["Image"] = ref("Image")
    if "ModelDataUrl" in model["PrimaryContainer"]:
        model["PrimaryContainer"]["ModelDataUrl"] = ref("ModelDataUrl")
    if not isinstance(model["PrimaryContainer"].get("Environment", {}).get(_SOURCE, ""), str):
        model["PrimaryContainer"]["Environment"][_SOURCE] = ref("SourceUrl")
    config = resources["EndpointConfig"]["Properties"]
    config["ProductionVariants"][0] |= {
        "ModelName": attribute("Model.ModelName"),
        "InstanceType": ref("InstanceType"),
        "InitialInstanceCount": ref("InitialInstanceCount"),
        "InitialVariantWeight": 1,
    }
    endpoint = resources["Endpoint"]["Properties"]
    endpoint["EndpointConfigName"] = attribute("EndpointConfig.EndpointConfigName")
    if "Target" in resources:
        # A new configuration may bring another type, which a variant that scales refuses, so the
        # capacity that scaling has reached is kept and the scaling is bound to the variant alone.
        endpoint["RetainAllVariantProperties"] = True
        resources["Target"]["Properties"] |= {
            "ResourceId": sub("endpoint/${Endpoint.EndpointName}/variant/all"),
            "MinCapacity": ref("MinCapacity"),
            "MaxCapacity": ref("MaxCapacity"),
        }
    if "Policy" in resources:
        _wire_policy(resources["Policy"]["Properties"])


def _wire_policy(policy: dict[str, Any]) -> None:
    policy["PolicyName"] = sub("${AWS::StackName}-load")
    for named in ("ServiceNamespace", "ResourceId", "ScalableDimension"):
        policy.pop(named)
    policy["ScalingTargetId"] = ref("Target")
    policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] = ref("TargetValue")


def _wire_ending(resources: dict[str, Any], role: Any) -> None:
    """The moment is a parameter: a template has no clock."""
    ending = resources["Ending"]["Properties"]
    ending["ScheduleExpression"] = sub("at(${EndsAt})")
    if isinstance(role, Ref):
        resources["EndingRole"] = ending_role()
        role = attribute("EndingRole.Arn")
    ending["Target"] = {
        "Arn": sub("arn:${AWS::Partition}:scheduler:::aws-sdk:sagemaker:deleteEndpoint"),
        "RoleArn": role,
        "Input": sub(json.dumps({"EndpointName": "${Endpoint.EndpointName}"})),
    }


def _parameters(calls: Mapping[str, Call]) -> dict[str, Any]:
    container = calls["CreateModel"].params["PrimaryContainer"]
    variant = calls["CreateEndpointConfig"].params["ProductionVariants"][0]
    image = {"Type": "String", **_default(container["Image"])}
    if _registry(calls["CreateModel"]) is not None:
        image["AllowedPattern"] = re.sub(r"\?P<\w+>", "", _REGISTRY.pattern)
    found: dict[str, Any] = {
        "Image": image,
        "InstanceType": {"Type": "String", "Default": variant["InstanceType"]},
        "InitialInstanceCount": {
            "Type": "Number",
            "Default": variant["InitialInstanceCount"],
            "MinValue": 1,
        },
    }
    if "ModelDataUrl" in container:
        url = {"Type": "String", **_default(container["ModelDataUrl"])}
        found["ModelDataUrl"] = {**url, "AllowedPattern": "s3://[^/]+/.+"}
    if isinstance(container.get("Environment", {}).get(_SOURCE), Ref):
        found["SourceUrl"] = {"Type": "String", "AllowedPattern": "s3://[^/]+/.+[.]tar[.]gz"}
    if "CreateSchedule" in calls:
        moment = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"
        told = "When the endpoint is deleted, in UTC"
        found["EndsAt"] = {"Type": "String", "Description": told, "AllowedPattern": moment}
    if target := calls.get("RegisterScalableTarget"):
        for name in ("MinCapacity", "MaxCapacity"):
            found[name] = {"Type": "Number", "Default": target.params[name], "MinValue": 0}
    if policy := calls.get("PutScalingPolicy"):
        tracking = policy.params["TargetTrackingScalingPolicyConfiguration"]
        found["TargetValue"] = {"Type": "Number", "Default": tracking["TargetValue"]}
    return found


def _default(value: Any) -> dict[str, Any]:
    return {"Default": value} if isinstance(value, str) else {}


def _alarms() -> dict[str, Any]:
    """Calls are counted in AWS/SageMaker, machines in /aws/sagemaker/Endpoints."""
    dimensions = [
        {"Name": "EndpointName", "Value": attribute("Endpoint.EndpointName")},
        {"Name": "VariantName", "Value": "all"},
    ]
    errors = {
        "AlarmDescription": "Calls that the model could not answer",
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocation5XXErrors",
        "Statistic": "Sum",
        "Threshold": _ERRORS_IN_FIVE_MINUTES,
        "EvaluationPeriods": 1,
    }
    busy = {
        "AlarmDescription": "One core is busy all the time; the sum over cores is reported",
        "Namespace": "/aws/sagemaker/Endpoints",
        "MetricName": "CPUUtilization",
        "Statistic": "Average",
        "Threshold": _BUSY_PERCENT_OF_CORE,
        "EvaluationPeriods": 3,
    }
    shared = {
        "Dimensions": dimensions,
        "Period": 300,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    return {
        name: {"Type": "AWS::CloudWatch::Alarm", "Properties": {**alarm, **shared}}
        for name, alarm in (("ErrorsAlarm", errors), ("BusyAlarm", busy))
    }
