"""The calls of an endpoint as a CloudFormation template: the same values, and no fixed names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from awsml.kinds.batch.template import attribute, ref, sub, yaml_text
from awsml.plan import Call, Ref, Text

STACK_FILE = "stack.yaml"
# Operation to resource: logical id, type.
_RESOURCES = {
    "CreateModel": ("Model", "AWS::SageMaker::Model"),
    "CreateEndpointConfig": ("EndpointConfig", "AWS::SageMaker::EndpointConfig"),
    "CreateEndpoint": ("Endpoint", "AWS::SageMaker::Endpoint"),
    "RegisterScalableTarget": ("Target", "AWS::ApplicationAutoScaling::ScalableTarget"),
    "PutScalingPolicy": ("Policy", "AWS::ApplicationAutoScaling::ScalingPolicy"),
}
# Named by CloudFormation, so that a change can replace them; MetricsConfig is not in its schema.
_LEFT_OUT = {
    "ModelName",
    "EndpointConfigName",
    "EndpointName",
    "MetricsConfig",
    "ClientToken",
}
_ERRORS_IN_FIVE_MINUTES = 5
_BUSY_PERCENT_OF_CORE = 85


def stack_text(name: str, calls: Sequence[Call]) -> str:
    """The whole template as YAML."""
    comment = (
        f"{name}: an endpoint that scales by its load, written by awsml from a scenario.\n"
        "Deploy:  aws cloudformation deploy --template-file THIS --stack-name NAME\n"
        "         --capabilities CAPABILITY_IAM --parameter-overrides ModelDataUrl=s3://..."
    )
    return yaml_text(stack(name, calls), comment)


def stack(name: str, calls: Sequence[Call]) -> dict[str, Any]:
    by_operation = {call.operation: call for call in calls}
    model = by_operation["CreateModel"].params
    given = model["ExecutionRoleArn"]
    resources = dict[str, Any]()
    if isinstance(given, Ref):
        resources["ExecutionRole"] = _role(model)
    for operation, (logical, kind) in _RESOURCES.items():
        if operation in by_operation:
            properties = _properties(by_operation[operation].params)
            resources[logical] = {"Type": kind, "Properties": properties}
    _wire(resources, given)
    resources |= _alarms()
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"{name}: a real-time endpoint, what scales it, and its alarms",
        "Parameters": _parameters(by_operation),
        "Resources": resources,
        "Outputs": {"EndpointName": {"Value": attribute("Endpoint.EndpointName")}},
    }


def _properties(params: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in params.items() if key not in _LEFT_OUT}
    return {key: _value(value) for key, value in kept.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Ref | Text):
        return ref("Image") if isinstance(value, Ref) and value.name == "image" else str(value)
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    return value


def _wire(resources: dict[str, Any], role: Any) -> None:
    """Names become references, and what a deployment may want to change a parameter."""
    model = resources["Model"]["Properties"]
    model["ExecutionRoleArn"] = attribute("ExecutionRole.Arn") if isinstance(role, Ref) else role
    model["PrimaryContainer"]["Image"] = ref("Image")
    if "ModelDataUrl" in model["PrimaryContainer"]:
        model["PrimaryContainer"]["ModelDataUrl"] = ref("ModelDataUrl")
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


def _parameters(calls: Mapping[str, Call]) -> dict[str, Any]:
    container = calls["CreateModel"].params["PrimaryContainer"]
    variant = calls["CreateEndpointConfig"].params["ProductionVariants"][0]
    found: dict[str, Any] = {
        "Image": {"Type": "String", **_default(container["Image"])},
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
    if target := calls.get("RegisterScalableTarget"):
        for name in ("MinCapacity", "MaxCapacity"):
            found[name] = {"Type": "Number", "Default": target.params[name], "MinValue": 0}
    if policy := calls.get("PutScalingPolicy"):
        tracking = policy.params["TargetTrackingScalingPolicyConfiguration"]
        found["TargetValue"] = {"Type": "Number", "Default": tracking["TargetValue"]}
    return found


def _default(value: Any) -> dict[str, Any]:
    return {"Default": value} if isinstance(value, str) else {}


def _role(model: Mapping[str, Any]) -> dict[str, Any]:
    """What a container that serves needs: its model, its image, its log and its metrics."""
    statements: list[dict[str, Any]] = [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": sub(
                "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:"
                "log-group:/aws/sagemaker/Endpoints/*"
            ),
        },
        {
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}},
        },
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            "Resource": sub("arn:${AWS::Partition}:ecr:${AWS::Region}:*:repository/*"),
        },
    ]
    if "ModelDataUrl" in model["PrimaryContainer"]:
        statements.append(_reading())
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "sagemaker.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}},
                    }
                ],
            },
            "Policies": [
                {
                    "PolicyName": "serve",
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
                }
            ],
        },
    }


def _reading() -> dict[str, Any]:
    """The one object that is the model: s3://bucket/key is the ARN without its scheme."""
    key = {"Fn::Select": [1, {"Fn::Split": ["s3://", ref("ModelDataUrl")]}]}
    arn = {"Fn::Join": ["", [sub("arn:${AWS::Partition}:s3:::"), key]]}
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": arn}


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
