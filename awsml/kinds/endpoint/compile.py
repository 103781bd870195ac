"""An endpoint spec as calls, in the order that AWS wants them: model, configuration, endpoint,
then (once it is in service) what scales it, and the schedule that ends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from awsml.finding import Confidence, Finding, Level
from awsml.kinds.endpoint.spec import EndpointSpec
from awsml.kinds.endpoint.stack import STACK_FILE, stack_text
from awsml.kinds.images import ChosenImage, chosen_image
from awsml.kinds.kind import Context
from awsml.kinds.needs import needed_by_aws
from awsml.kinds.request import Request
from awsml.plan import Call, Plan, Ref, Text

VARIANT = "all"
_DIMENSION = "sagemaker:variant:DesiredInstanceCount"
_METRICS = {
    "invocations": "SageMakerVariantInvocationsPerInstance",
    "concurrency": "SageMakerVariantConcurrentRequestsPerModelHighResolution",
}
_MOST_OF_NAME = 40
_DELETE = "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint"
# Metrics of one minute in CloudWatch; without this member a new configuration gets the detailed
# ones, which are billed apart.
_METRICS_CONFIG = {"EnableEnhancedMetrics": False, "EnableDetailedObservability": False}


def compile_endpoint(spec: EndpointSpec, context: Context) -> Plan:
    """Every call of a first deployment, with the origin of each parameter."""
    region = context.region or spec.region
    inside = context.within("model")
    image = chosen_image(spec.model.image, region, spec.compute.instance, inside, "inference")
    calls = [_model(spec, image, context), _config(spec, context), _endpoint(spec, context)]
    calls += _scaling(spec, context)
    calls += _ending(spec, context)
    return Plan(
        kind="endpoint",
        name=spec.name,
        calls=tuple(calls),
        region=region,
        file=context.origins.file,
        place=context.origins.place("kind"),
        files={STACK_FILE: stack_text(spec.name, calls)},
        problems=(
            *needed_by_aws(spec.role, region, context),
            *(replace(each, field=f"model.{each.field}") for each in image.problems),
            *_open_target(spec, context),
            *_no_ending_role(spec, context),
        ),
    )


def scaling_target(spec: EndpointSpec, context: Context) -> float | None:
    """What an instance should carry; None while nothing tells what it can."""
    scaling = spec.autoscaling
    if scaling is None or scaling.target != "auto":
        return None if scaling is None else float(scaling.target)
    choice = context.choices.get("autoscaling.target")
    return float(choice.value) if choice else None


def _model(spec: EndpointSpec, image: ChosenImage, context: Context) -> Call:
    request = Request("sagemaker", "CreateModel", context)
    request.put("ModelName", _of_this_run(spec.name), "name")
    request.put("ExecutionRoleArn", spec.role or Ref("role"), "role" if spec.role else None)
    request.put("PrimaryContainer.Image", image.value, f"model.{image.scenario_field}")
    data = None if spec.model.data is None else _artifact(spec.model.data, context)
    request.put("PrimaryContainer.ModelDataUrl", data, "model.data")
    _put_environment(request, spec, context)
    network = spec.network
    request.put("VpcConfig.SecurityGroupIds", network.security_groups, "network.security_groups")
    request.put("VpcConfig.Subnets", network.subnets, "network.subnets")
    if network.isolation:
        request.put("EnableNetworkIsolation", True, "network.isolation")
    return _finished(request, spec)


def _artifact(text: str, context: Context) -> str | Ref:
    """An S3 URI as it stands; a folder is packed and an archive sent when the plan runs."""
    if text.startswith(("s3://", "https://")):
        return text
    kind = "archive" if text.endswith((".tar.gz", ".tgz")) else "code:model"
    return Ref(kind, context.local_path("model.data", text))


def _put_environment(request: Request, spec: EndpointSpec, context: Context) -> None:
    """Variables of the inference toolkit that framework images read; the user's win."""
    model, serving, at = spec.model, spec.serving, "PrimaryContainer.Environment"
    if model.code is not None:
        folder = context.local_path("model.code.dir", model.code.dir)
        request.put(f"{at}.SAGEMAKER_PROGRAM", model.code.entry, "model.code.entry")
        request.put(f"{at}.SAGEMAKER_SUBMIT_DIRECTORY", Ref("code", folder), "model.code.dir")
    if serving.workers is not None:
        request.put(f"{at}.SAGEMAKER_MODEL_SERVER_WORKERS", str(serving.workers), "serving.workers")
    if serving.batch > 1:
        wait = str(round(serving.wait * 1000))
        request.put(f"{at}.SAGEMAKER_TS_BATCH_SIZE", str(serving.batch), "serving.batch")
        request.put(f"{at}.SAGEMAKER_TS_MAX_BATCH_DELAY", wait, "serving.wait")
    for name, value in model.environment.items():
        request.put(f"{at}.{name}", value, f"model.environment.{name}")


def _config(spec: EndpointSpec, context: Context) -> Call:
    request, compute = Request("sagemaker", "CreateEndpointConfig", context), spec.compute
    request.put("EndpointConfigName", _of_this_run(spec.name), "name")
    members = {
        "VariantName": (VARIANT, None),
        "ModelName": (_of_this_run(spec.name), "name"),
        "InstanceType": (compute.instance, "compute.instance"),
        "InitialInstanceCount": (compute.count, "compute.count"),
        "VolumeSizeInGB": (compute.volume, "compute.volume"),
        "ModelDataDownloadTimeoutInSeconds": (_whole(compute.download), "compute.download"),
        "ContainerStartupHealthCheckTimeoutInSeconds": (
            _whole(compute.startup),
            "compute.startup",
        ),
    }
    known = {key: (value, field) for key, (value, field) in members.items() if value is not None}
    variant = {key: value for key, (value, _) in known.items()}
    fields = {key: field for key, (_, field) in known.items() if field}
    request.put_items("ProductionVariants", [(variant, {"": "compute", **fields})])
    request.put("MetricsConfig", dict(_METRICS_CONFIG))
    return _finished(request, spec)


def _endpoint(spec: EndpointSpec, context: Context) -> Call:
    request = Request("sagemaker", "CreateEndpoint", context)
    request.put("EndpointName", spec.name, "name")
    request.put("EndpointConfigName", _of_this_run(spec.name), "name")
    return _finished(request, spec)


def _scaling(spec: EndpointSpec, context: Context) -> Iterator[Call]:
    """The range, and the policy that moves the count in it."""
    scaling = spec.autoscaling
    if scaling is None:
        return
    register = Request("application-autoscaling", "RegisterScalableTarget", context)
    _put_target(register, spec)
    register.put("MinCapacity", scaling.min, "autoscaling.min")
    register.put("MaxCapacity", scaling.max, "autoscaling.max")
    yield _merged(register, spec)
    target = scaling_target(spec, context)
    if target is None:
        return
    policy = Request("application-autoscaling", "PutScalingPolicy", context)
    policy.put("PolicyName", f"{spec.name}-{scaling.metric}", "name")
    _put_target(policy, spec)
    policy.put("PolicyType", "TargetTrackingScaling")
    at = "TargetTrackingScalingPolicyConfiguration"
    policy.put(f"{at}.TargetValue", target, "autoscaling.target")
    metric = f"{at}.PredefinedMetricSpecification.PredefinedMetricType"
    policy.put(metric, _METRICS[scaling.metric], "autoscaling.metric")
    policy.put(f"{at}.ScaleOutCooldown", _whole(scaling.scale_out), "autoscaling.scale_out")
    policy.put(f"{at}.ScaleInCooldown", _whole(scaling.scale_in), "autoscaling.scale_in")
    yield _merged(policy, spec)


def _put_target(request: Request, spec: EndpointSpec) -> None:
    request.put("ServiceNamespace", "sagemaker")
    request.put("ResourceId", f"endpoint/{spec.name}/variant/{VARIANT}", "name")
    request.put("ScalableDimension", _DIMENSION)


def _ending(spec: EndpointSpec, context: Context) -> Iterator[Call]:
    """One schedule that deletes the endpoint, and then itself."""
    if spec.ttl is None:
        return
    request = Request("scheduler", "CreateSchedule", context)
    request.put("Name", Text((ending_prefix(spec.name), Ref("run"))), "name")
    moment = Ref(f"in:{round(spec.ttl.after)}")
    request.put("ScheduleExpression", Text(("at(", moment, ")")), "ttl.after")
    request.put("ScheduleExpressionTimezone", "UTC")
    request.put("FlexibleTimeWindow.Mode", "OFF")
    request.put("ActionAfterCompletion", "DELETE")
    role = spec.ttl.role
    request.put("Target.Arn", _DELETE)
    request.put("Target.RoleArn", role or Ref("ttl-role"), "ttl.role" if role else "ttl")
    request.put("Target.Input", json.dumps({"EndpointName": spec.name}), "name")
    request.put("ClientToken", Ref("run"))
    yield _merged(request, spec)


def ending_prefix(name: str) -> str:
    """How names of its schedules begin: of 64 letters a run's id takes up to 17."""
    return f"{name[:_MOST_OF_NAME]}-ends-"


def _finished(request: Request, spec: EndpointSpec) -> Call:
    """With the tags that everything SageMaker makes carries."""
    request.put_tags(spec.tags, owner=spec.owner)
    return _merged(request, spec)


def _merged(request: Request, spec: EndpointSpec) -> Call:
    if raw := spec.aws.get(request.operation):
        request.merge(raw, f"aws.{request.operation}")
    return request.call()


def _of_this_run(name: str) -> Text:
    """Models and configurations cannot be changed, so each deployment has its own."""
    return Text((f"{name}-", Ref("run")))


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _open_target(spec: EndpointSpec, context: Context) -> Iterator[Finding]:
    if spec.autoscaling is None or scaling_target(spec, context) is not None:
        return
    yield Finding(
        "scaling-target-open",
        Level.ERROR,
        "`autoscaling.target: auto` needs to know what one instance sustains",
        "measure it with `awsml endpoint bench`, or set `observed.latency` or the target itself",
        Confidence.INFERRED,
        context.origins.place("autoscaling.target"),
        "autoscaling.target",
    )


def _no_ending_role(spec: EndpointSpec, context: Context) -> Iterator[Finding]:
    if spec.ttl is None or spec.ttl.role is not None:
        return
    yield Finding(
        "missing-ttl-role",
        Level.WARNING,
        "`ttl.role` is missing: EventBridge Scheduler takes a role to delete the endpoint",
        "add a role that scheduler.amazonaws.com may take, with sagemaker:DeleteEndpoint",
        Confidence.DOCUMENTED,
        context.origins.place("ttl"),
        "ttl.role",
    )
