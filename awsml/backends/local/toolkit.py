"""Script mode: the variables and the command that the SageMaker training toolkit makes.

Written after the behaviour of sagemaker-training 5.1.4, which a slow test compares it with.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from awsml.backends.local.job import TrainingJob, decoded
from awsml.backends.local.layout import (
    NETWORK_INTERFACE,
    channels_of,
    input_data_config,
    resource_config,
)
from awsml.errors import BackendError
from awsml.kinds.training.entry import is_entry_point

_ORDERS = {
    "sagemaker_program",
    "sagemaker_submit_directory",
    "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_region",
    "sagemaker_container_log_level",
    "sagemaker_job_name",
    "default_user_module_name",
    "_tuning_objective_metric",
    "sagemaker_s3_output",
}
_DISTRIBUTIONS = (
    "sagemaker_mpi_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
    "sagemaker_torch_distributed_enabled",
)
_INFO = 20
_TORCHRUN_PORT = "7777"


def hyperparameters(job: TrainingJob) -> dict[str, Any]:
    """What the script gets: decoded, without what was meant for the toolkit."""
    return {
        name: decoded(value)
        for name, value in job.hyperparameters.items()
        if name not in _ORDERS and not name.startswith("sagemaker_")
    }


def script_environment(job: TrainingJob, host: str, base: str, gpus: int) -> dict[str, str]:
    """The SM_* variables of one host whose /opt/ml is at `base`."""
    values = _values(job, host, base, gpus)
    values["training_env"] = _training_env(job, host, values)
    values["user_args"] = arguments(hyperparameters(job))
    for channel in channels_of(job, host):
        values[f"channel_{channel.name}"] = f"{base}/input/data/{channel.name}"
    for name, value in hyperparameters(job).items():
        values[f"hp_{name}"] = value
    return {f"SM_{name.upper()}": _text(value) for name, value in values.items()} | {
        "SAGEMAKER_JOB_NAME": str(decoded(job.hyperparameters.get("sagemaker_job_name", ""))),
        "SAGEMAKER_REGION": str(decoded(job.hyperparameters.get("sagemaker_region", job.region))),
        "CURRENT_HOST": host,
        "PYTHONPATH": f"{base}/code",
    }


def script_command(job: TrainingJob, host: str, code: Path, python: str, gpus: int) -> list[str]:
    """How the entry point is started, by what it is; `code` is the folder as it lies here."""
    entry = checked_entry(job.program or "", code)
    words = arguments(hyperparameters(job))
    if job.hyperparameters.get("sagemaker_torch_distributed_enabled") == "true":
        return [*_torchrun(job, host, gpus), entry, *words]
    if (code / "setup.py").exists():
        return [python, "-m", entry.removesuffix(".py"), *words]
    if entry.endswith(".py"):
        return [python, "--", entry, *words]
    (code / entry).chmod(0o755)
    return ["/bin/sh", "-c", 'exec "./$0" "$@"', entry, *words]


def arguments(values: Mapping[str, Any]) -> list[str]:
    """Hyperparameters as arguments, sorted by name; Python's own text of each value."""
    return [word for name in sorted(values) for word in _argument(name, values[name])]


def _argument(name: str, value: Any) -> Iterator[str]:
    yield f"--{name}" if len(name) > 1 else f"-{name}"
    if isinstance(value, dict):
        yield ",".join(f"{k}={v}" for k, v in sorted(value.items()))
    else:
        yield "" if value is None else str(value)


def _torchrun(job: TrainingJob, host: str, gpus: int) -> list[str]:
    words = ["torchrun", "--nnodes", str(len(job.hosts)), "--nproc_per_node", str(max(gpus, 1))]
    if len(job.hosts) > 1:
        words += ["--master_addr", job.hosts[0], "--master_port", _TORCHRUN_PORT]
        words += ["--node_rank", str(job.hosts.index(host))]
    return words


def checked_entry(entry: str, code: Path) -> str:
    """The toolkit's own rule for entry points, and that the file is there."""
    if not is_entry_point(entry):
        raise BackendError(
            f"`{entry}` cannot be an entry point",
            hint="name a file inside the code folder: letters, digits and . _ + - /",
            slug="entry-point-invalid",
        )
    if not (code / entry).is_file() and not (code / "setup.py").exists():
        there = ", ".join(sorted(p.name for p in code.iterdir())[:8]) or "nothing"
        raise BackendError(
            f"there is no `{entry}` in the code folder",
            hint=f"set `code.entry` to a file that is there: {there}",
            slug="entry-point-missing",
        )
    return entry


def _values(job: TrainingJob, host: str, base: str, gpus: int) -> dict[str, Any]:
    group = job.group_of(host)
    groups = {entry["instance_group_name"]: entry for entry in _groups(job, host)}
    orders = {k: decoded(v) for k, v in job.hyperparameters.items()}
    framework = {k: v for k, v in orders.items() if k.startswith("sagemaker_") and k not in _ORDERS}
    distributed = any(framework.get(switch) for switch in _DISTRIBUTIONS)
    chosen = framework.get("sagemaker_distribution_instance_groups")
    if chosen is None:
        chosen = [group.name] if distributed else []
    return {
        "hosts": list(job.hosts),
        "network_interface_name": NETWORK_INTERFACE,
        "hps": hyperparameters(job),
        "user_entry_point": job.program,
        "framework_params": framework,
        "resource_config": dict(resource_config(job, host)),
        "input_data_config": input_data_config(job, host),
        "output_data_dir": f"{base}/output/data",
        "channels": sorted(c.name for c in channels_of(job, host)),
        "current_host": host,
        "current_instance_type": group.instance,
        "current_instance_group": group.name,
        "current_instance_group_hosts": sorted(group.hosts),
        "instance_groups": list(groups),
        "instance_groups_dict": groups,
        "distribution_instance_groups": chosen,
        "is_hetero": len(groups) > 1,
        "module_name": (job.program or "").removesuffix(".py"),
        "log_level": orders.get("sagemaker_container_log_level", _INFO),
        "framework_module": None,
        "input_dir": f"{base}/input",
        "input_config_dir": f"{base}/input/config",
        "output_dir": f"{base}/output",
        "num_cpus": os.cpu_count() or 1,
        "num_gpus": gpus,
        "num_neurons": 0,
        "model_dir": f"{base}/model",
        "module_dir": job.code,
        "output_intermediate_dir": f"{base}/output/intermediate",
    }


def _groups(job: TrainingJob, host: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = resource_config(job, host)["instance_groups"]
    return groups


def _training_env(job: TrainingJob, host: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same once more as one JSON object, under the toolkit's own names."""
    renamed = {"hps": "hyperparameters", "framework_params": "additional_framework_parameters"}
    named = {renamed.get(name, name): value for name, value in values.items()}
    base = str(values["input_dir"]).removesuffix("/input")
    dirs = {c.name: f"{base}/input/data/{c.name}" for c in channels_of(job, host)}
    return named | {
        "channel_input_dirs": dirs,
        "job_name": job.name,
        "master_hostname": job.hosts[0],
        "is_master": host == job.hosts[0],
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
