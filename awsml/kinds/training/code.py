"""How code reaches the container. docs/decisions/0002 weighs the ways."""

from __future__ import annotations

import json
from typing import Any

from awsml.kinds.kind import Context
from awsml.kinds.parts import Code
from awsml.kinds.request import Request
from awsml.kinds.training.spec import TrainingSpec
from awsml.plan import Ref, Text

CODE_FOLDER = "/opt/ml/input/data/code"
LOG_LEVEL_INFO = "20"

# An own image has no training toolkit, so its torchrun is started by this line, which reads
# the hosts from the file that SageMaker always writes. AWS allows 256 characters an argument;
# the second half travels as an argument of its own.
LAUNCHER = (
    "import json,os,sys;p=sys.argv.pop(1);exec(p)",
    (
        "r=json.load(open('/opt/ml/input/config/resourceconfig.json'));h=r['hosts'];"
        "os.execvp('torchrun',['torchrun',f'--nnodes={len(h)}',"
        "f'--node_rank={h.index(r[\"current_host\"])}',f'--master_addr={h[0]}',"
        "'--nproc_per_node=auto',*sys.argv[1:]])"
    ),
)


def launch(request: Request, spec: TrainingSpec, context: Context) -> None:
    """Entry point, code and hyperparameters, by the contract of the image."""
    if spec.image.framework:
        _by_toolkit(request, spec, context)
    elif spec.image.algorithm:
        request.put_map("HyperParameters", dict(spec.hyperparameters), "hyperparameters")
    else:
        _by_entrypoint(request, spec)


def _by_toolkit(request: Request, spec: TrainingSpec, context: Context) -> None:
    """The training toolkit of framework images reads its orders from hyperparameters."""
    request.put_map(
        "HyperParameters",
        {name: toolkit_value(value) for name, value in spec.hyperparameters.items()},
        "hyperparameters",
    )
    if spec.code is None:
        return
    orders: dict[str, tuple[Any, str | None]] = {
        "sagemaker_program": (json.dumps(spec.code.entry), "code.entry"),
        "sagemaker_submit_directory": (
            Text(('"', Ref("code", context.local_path("code.dir", spec.code.dir)), '"')),
            "code.dir",
        ),
        "sagemaker_container_log_level": (LOG_LEVEL_INFO, None),
        "sagemaker_job_name": (Text((f'"{spec.name}-', Ref("run"), '"')), "name"),
        "sagemaker_region": (Text(('"', Ref("region"), '"')), None),
    }
    if (region := context.region or spec.region) is not None:
        orders["sagemaker_region"] = (json.dumps(region), "region")
    if spec.distribution == "torchrun":
        orders["sagemaker_torch_distributed_enabled"] = ("true", "distribution")
        orders["sagemaker_instance_type"] = (json.dumps(spec.compute.instance), "compute.instance")
    for name, (value, field) in orders.items():
        request.put(f"HyperParameters.{name}", value, field)


def _by_entrypoint(request: Request, spec: TrainingSpec) -> None:
    """An own image: its command, or the script from a channel that holds the code folder."""
    request.put_map("HyperParameters", dict(spec.hyperparameters), "hyperparameters")
    if spec.code is not None:
        _put_code_channel(request, spec.code)
    command, field = list(spec.command), "command"
    if not command and spec.code is not None:
        command, field = ["python3", f"{CODE_FOLDER}/{spec.code.entry}"], "code.entry"
        command += arguments(spec.hyperparameters)
    if spec.distribution == "torchrun" and command:
        words = command[1:] if command[0].startswith("python") else command
        command = ["python3", "-c", *LAUNCHER, *words]
    request.put("AlgorithmSpecification.ContainerEntrypoint", command[:1], field)
    request.put("AlgorithmSpecification.ContainerArguments", command[1:], field)


def _put_code_channel(request: Request, code: Code) -> None:
    channel = {
        "ChannelName": "code",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": Ref("data:code", request.context.local_path("code.dir", code.dir)),
                "S3DataDistributionType": "FullyReplicated",
            }
        },
        "InputMode": "File",
    }
    channels = request.params.setdefault("InputDataConfig", [])
    path = f"InputDataConfig[{len(channels)}]"
    channels.append(channel)
    for inner in ("", ".DataSource.S3DataSource.S3Uri"):
        request.origins[path + inner] = request.context.origin("code.dir")


def arguments(hyperparameters: dict[str, str]) -> list[str]:
    """Hyperparameters as script arguments, in the order written."""
    return [word for name, value in hyperparameters.items() for word in (f"--{name}", value)]


def toolkit_value(text: str) -> str:
    """The toolkit decodes each value as JSON: what is no JSON travels as a JSON string."""
    try:
        json.loads(text)
    except ValueError:
        return json.dumps(text)
    return text
