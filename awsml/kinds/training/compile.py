"""A training spec and what was chosen for it, as one CreateTrainingJob."""

from __future__ import annotations

from awsml import catalog
from awsml.finding import Finding
from awsml.kinds.images import chosen_image
from awsml.kinds.kind import Context
from awsml.kinds.needs import needed_by_aws
from awsml.kinds.request import Request
from awsml.kinds.training.channels import input_data_config, input_modes
from awsml.kinds.training.code import launch
from awsml.kinds.training.spec import TrainingSpec
from awsml.plan import Plan, Ref, Text

# Used where the volume is left to awsml and nothing was computed: room for code and a model.
DEFAULT_VOLUME_GIB = 30


def compile_training(spec: TrainingSpec, context: Context) -> Plan:
    """The plan of a training job: one call, with the origin of every parameter."""
    request, problems = training_request(spec, context)
    region = region_of(spec, context)
    return Plan(
        kind="training",
        name=spec.name,
        calls=(request.call(),),
        region=region,
        file=context.origins.file,
        place=context.origins.place("kind"),
        problems=(*needed_by_aws(spec.role, region, context), *problems),
    )


def training_request(spec: TrainingSpec, context: Context) -> tuple[Request, list[Finding]]:
    """The request under construction; a tuning job takes its definition from it."""
    request = Request("sagemaker", "CreateTrainingJob", context)
    request.put("TrainingJobName", Text((f"{spec.name}-", Ref("run"))), "name")
    problems = put_algorithm(request, spec, context)
    request.put("RoleArn", spec.role or Ref("role"), "role" if spec.role else None)
    request.put_items("InputDataConfig", input_data_config(spec, context))
    request.put("OutputDataConfig.S3OutputPath", *_output(spec))
    put_resources(request, spec, context)
    put_stopping(request, spec, context)
    put_checkpoint(request, spec)
    put_network(request, spec)
    request.put_tags(spec.tags)
    request.put_map("Environment", spec.environment, "environment")
    launch(request, spec, context)
    if raw := spec.aws.get("CreateTrainingJob"):
        request.merge(raw, "aws.CreateTrainingJob")
    return request, problems


def region_of(spec: TrainingSpec, context: Context) -> str | None:
    """The region of the command line, else the scenario's."""
    return context.region or spec.region


def put_algorithm(request: Request, spec: TrainingSpec, context: Context) -> list[Finding]:
    """AlgorithmSpecification without entry points, which depend on how code is sent."""
    image = chosen_image(
        spec.image, region_of(spec, context), instance_of(spec, context), context, "training"
    )
    request.put("AlgorithmSpecification.TrainingImage", image.value, image.scenario_field)
    modes = set(input_modes(spec, context).values())
    # Every channel carries its own mode; this one is required and says what most channels do.
    whole = modes.pop() if len(modes) == 1 else "File"
    request.put("AlgorithmSpecification.TrainingInputMode", whole)
    definitions = [
        ({"Name": name, "Regex": regex}, {"": f"metrics.{name}", "Regex": f"metrics.{name}"})
        for name, regex in spec.metrics.items()
    ]
    request.put_items("AlgorithmSpecification.MetricDefinitions", definitions)
    return list(image.problems)


def instance_of(spec: TrainingSpec, context: Context) -> str | None:
    """The instance type in force; None while `auto` has not been decided."""
    if spec.compute.instance != "auto":
        return spec.compute.instance
    choice = context.choices.get("compute.instance")
    return str(choice.value) if choice else None


def put_resources(request: Request, spec: TrainingSpec, context: Context) -> None:
    """Machines and volume; fallbacks become AWS's own preferences where Spot allows none."""
    compute = spec.compute
    instance = instance_of(spec, context) or Ref("instance")
    if compute.fallback and not uses_spot(spec):
        types = [instance, *compute.fallback]
        fields = ["compute.instance", *(f"compute.fallback[{i}]" for i in range(len(types) - 1))]
        request.put_items(
            "ResourceConfig.InstancePreferences",
            [
                (
                    {"InstanceType": type_, "InstanceCount": compute.count},
                    {"": field, "InstanceType": field, "InstanceCount": "compute.count"},
                )
                for type_, field in zip(types, fields, strict=True)
            ],
        )
    else:
        request.put("ResourceConfig.InstanceType", instance, "compute.instance")
        request.put("ResourceConfig.InstanceCount", compute.count, "compute.count")
    request.put("ResourceConfig.VolumeSizeInGB", volume_of(spec, context), "compute.volume")
    if compute.keep_alive:
        seconds = round(compute.keep_alive)
        request.put("ResourceConfig.KeepAlivePeriodInSeconds", seconds, "compute.keep_alive")


def volume_of(spec: TrainingSpec, context: Context) -> int | None:
    """None where the machine brings its own disks: SageMaker attaches no volume to it."""
    volume = spec.compute.volume
    if volume != "auto":
        return int(volume)
    choice = context.choices.get("compute.volume")
    if choice is not None:
        return int(choice.value)
    machine = catalog.instance(instance_of(spec, context) or "")
    return None if machine is not None and machine.disk_gb else DEFAULT_VOLUME_GIB


def uses_spot(spec: TrainingSpec) -> bool:
    return spec.spot is not None and spec.spot.enabled


def put_stopping(request: Request, spec: TrainingSpec, context: Context) -> None:
    """Limits, and Spot, whose longest wait is counted together with the running time."""
    runtime = round(spec.limits.runtime)
    request.put("StoppingCondition.MaxRuntimeInSeconds", runtime, "limits.runtime")
    if spec.spot is None or not spec.spot.enabled:
        return
    request.put("EnableManagedSpotTraining", True, "spot")
    wait = spec.spot.max_wait
    if wait == "auto":
        choice = context.choices.get("spot.max_wait")
        wait = choice.value if choice else runtime
    request.put("StoppingCondition.MaxWaitTimeInSeconds", round(wait), "spot.max_wait")


def put_checkpoint(request: Request, spec: TrainingSpec) -> None:
    if spec.spot and spec.spot.checkpoint:
        request.put("CheckpointConfig.S3Uri", spec.spot.checkpoint, "spot.checkpoint")
    elif spec.checkpoint:
        # A place of the run's own: a new run must not go on from an older one's end.
        place = (
            "s3://",
            Ref("default-bucket"),
            f"/awsml/{spec.name}/",
            Ref("run"),
            "/checkpoints/",
        )
        stated = spec.checkpoint.to is not None
        request.put(
            "CheckpointConfig.S3Uri",
            spec.checkpoint.to or Text(place),
            "checkpoint.to" if stated else "checkpoint",
        )
        request.put("CheckpointConfig.LocalPath", spec.checkpoint.path, "checkpoint.path")


def put_network(request: Request, spec: TrainingSpec) -> None:
    network = spec.network
    request.put("VpcConfig.SecurityGroupIds", network.security_groups, "network.security_groups")
    request.put("VpcConfig.Subnets", network.subnets, "network.subnets")
    if network.isolation:
        request.put("EnableNetworkIsolation", True, "network.isolation")
    if network.encrypt:
        request.put("EnableInterContainerTrafficEncryption", True, "network.encrypt")


def _output(spec: TrainingSpec) -> tuple[str | Text, str | None]:
    if spec.output is not None:
        return spec.output, "output"
    return Text(("s3://", Ref("default-bucket"), f"/awsml/{spec.name}/")), None
