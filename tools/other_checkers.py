"""What other tools make of a request: botocore, its whole model, moto and cfn-lint.

Each answers True when it refuses the request, None when it has no opinion on such requests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from botocore.validate import ParamValidator

from tools.generate_tables import python_pattern
from tools.known_requests import Known

Checker = Callable[[Known], bool | None]

_MODELS = ("detector", "detector-2")


def botocore_refuses(known: Known) -> bool:
    """botocore's own check before it sends: required members, names, types, smallest values."""
    return bool(ParamValidator().validate(known.params, _shape(known.api)).has_errors())


def model_refuses(known: Known) -> bool:
    """botocore's model used to the full: enums, patterns and largest values as well."""
    return botocore_refuses(known) or any(_faults(_shape(known.api), known.params))


def moto_refuses(known: Known) -> bool | None:
    """moto in this process; a crash is no refusal."""
    import boto3
    from moto import mock_aws

    service, _, operation = known.api.partition(":")
    with mock_aws():
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
        session = boto3.Session(region_name=known.region or "us-east-1", **keys)
        _prepare(session, known.api)
        client = session.client(service)
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        try:
            getattr(client, method)(**known.params)
        except (ClientError, BotoCoreError):
            return True
        except NotImplementedError:
            return None
        except (AttributeError, LookupError, TypeError, ValueError):
            return False
    return False


def cfn_lint_refuses(known: Known) -> bool | None:
    """cfn-lint on the same request as a template, where CloudFormation has such a resource."""
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    kind = _RESOURCES.get(known.api)
    if kind is None:
        return None
    properties = _properties(known)
    template = {"Resources": {"Checked": {"Type": kind, "Properties": properties}}}
    found = lint(json.dumps(template), config=ManualArgs(regions=[known.region or "us-east-1"]))
    return any(match.rule.severity == "error" for match in found)


CHECKERS: Mapping[str, Checker] = {
    "botocore": botocore_refuses,
    "full model": model_refuses,
    "moto": moto_refuses,
    "cfn-lint": cfn_lint_refuses,
}

_RESOURCES = {
    "sagemaker:CreateModel": "AWS::SageMaker::Model",
    "sagemaker:CreateEndpointConfig": "AWS::SageMaker::EndpointConfig",
    "sagemaker:CreateEndpoint": "AWS::SageMaker::Endpoint",
    "batch:CreateComputeEnvironment": "AWS::Batch::ComputeEnvironment",
    "batch:CreateJobQueue": "AWS::Batch::JobQueue",
    "batch:RegisterJobDefinition": "AWS::Batch::JobDefinition",
    "batch:CreateSchedulingPolicy": "AWS::Batch::SchedulingPolicy",
    "batch:CreateServiceEnvironment": "AWS::Batch::ServiceEnvironment",
    "events:PutRule": "AWS::Events::Rule",
    "events:PutTargets": "AWS::Events::Rule",
    "scheduler:CreateSchedule": "AWS::Scheduler::Schedule",
    "application-autoscaling:RegisterScalableTarget": (
        "AWS::ApplicationAutoScaling::ScalableTarget"
    ),
    "application-autoscaling:PutScalingPolicy": "AWS::ApplicationAutoScaling::ScalingPolicy",
}


def _properties(known: Known) -> Any:
    """The request in CloudFormation's spelling: names begin with a capital letter."""
    properties = _capitalized(known.params)
    if known.api == "events:PutRule" and isinstance(properties.get("EventPattern"), str):
        properties["EventPattern"] = json.loads(properties["EventPattern"])
    if known.api == "events:PutTargets":
        named = {"Name": properties.pop("Rule"), "ScheduleExpression": "rate(1 day)"}
        properties = {**named, **properties}
    if known.api.endswith("RegisterScalableTarget"):
        properties.setdefault("RoleARN", "arn:aws:iam::111122223333:role/scaling")
    return properties


_FREE_MAPS = ("options", "Environment", "parameters", "tags", "InputPathsMap")


def _capitalized(value: Any, keep: bool = False) -> Any:
    if isinstance(value, list):
        return [_capitalized(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        (key if keep else key[:1].upper() + key[1:]): _capitalized(inner, keep=key in _FREE_MAPS)
        for key, inner in value.items()
    }


@cache
def _shape(api: str) -> Any:
    service, _, operation = api.partition(":")
    model = botocore.session.get_session().get_service_model(service)
    return model.operation_model(operation).input_shape


def _faults(shape: Any, value: Any) -> Iterator[str]:
    kind, limits = shape.type_name, shape.metadata
    if kind == "structure" and isinstance(value, dict):
        for name, inner in value.items():
            if name in shape.members:
                yield from _faults(shape.members[name], inner)
    elif kind == "list" and isinstance(value, list):
        yield from _size(limits, len(value))
        for inner in value:
            yield from _faults(shape.member, inner)
    elif kind == "map" and isinstance(value, dict):
        yield from _size(limits, len(value))
        for key, inner in value.items():
            yield from _faults(shape.key, key)
            yield from _faults(shape.value, inner)
    elif kind == "string" and isinstance(value, str):
        yield from _text(shape, value)
    elif isinstance(value, int | float):
        yield from _size(limits, value)


def _text(shape: Any, value: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield "enum"
    yield from _size(shape.metadata, len(value))
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(python_pattern(pattern), value):
        yield "pattern"


def _size(limits: Mapping[str, Any], size: float) -> Iterator[str]:
    if size < limits.get("min", size) or size > limits.get("max", size):
        yield "size"


def _prepare(session: Any, api: str) -> None:
    """What a valid request refers to."""
    if api == "events:PutTargets":
        session.client("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    if not api.startswith("sagemaker:CreateEndpoint"):
        return
    client = session.client("sagemaker")
    role = "arn:aws:iam::111122223333:role/hosting"
    for name in _MODELS:
        container = {"Image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1"}
        client.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container)
    if api == "sagemaker:CreateEndpoint":
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": _MODELS[0],
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
        }
        client.create_endpoint_config(
            EndpointConfigName="detector-config", ProductionVariants=[variant]
        )
