"""Things nobody here wrote, in our containers: each in an environment of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from awsml.backends.local.interrupts import Interrupt
from tests.backends.local.conftest import Workshop, channel

pytestmark = pytest.mark.slow

TELLS = """
    import json, os, sys
    print("TOLD " + json.dumps({"argv": sys.argv, "env": dict(os.environ)}))
"""


def environment(*packages: str) -> Path:
    """A virtual environment that stays for the next time; skips where nothing can be fetched."""
    folder = Path(tempfile.gettempdir()) / "awsml-conformance" / "-".join(packages)
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", *packages]
        made = subprocess.run(pip, capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"{', '.join(packages)} cannot be installed: {made.stderr[-300:]}")
        (folder / "complete").touch()
    return folder / "bin"


def told(printed: list[str]) -> dict[str, Any]:
    (line,) = [text for text in printed if text.startswith("TOLD ")]
    answer: dict[str, Any] = json.loads(line.removeprefix("TOLD "))
    return answer


HYPERPARAMETERS = {
    "lr": "0.01",
    "flag": "true",
    "name": '"abc"',
    "plain": "word",
    "layers": "[1, 2]",
    "k": "5",
    "none": "null",
    "nested": '{"b": 1, "a": 2}',
    "sagemaker_region": '"us-east-1"',
    "sagemaker_container_log_level": "20",
    "sagemaker_job_name": '"job-1"',
    "sagemaker_extra_parameter": "true",
    "_tuning_objective_metric": '"loss"',
}


def test_script_mode_is_what_the_training_toolkit_does(workshop: Workshop) -> None:
    toolkit = environment("sagemaker-training")
    workshop.put("s3://data/train/a", b"1")
    channels = [channel("train", "s3://data/train/", ContentType="text/csv")]
    params = workshop.request(TELLS, HyperParameters=HYPERPARAMETERS, InputDataConfig=channels)
    ours = told(workshop.run(params).printed)

    params["AlgorithmSpecification"]["ContainerEntrypoint"] = [str(toolkit / "train")]
    params["Environment"] = {"SM_STUDIO_LOCAL_MODE": "true"}
    done = workshop.run(params)
    assert done.end.status == "Completed", done.printed
    theirs = told(done.printed)

    assert ours["argv"] == theirs["argv"]
    variables = {name for name in theirs["env"] if name.startswith("SM_")}
    variables -= {"SM_STUDIO_LOCAL_MODE", "SM_TRAINING_ENV"}
    assert {n for n in ours["env"] if n.startswith("SM_")} - {"SM_TRAINING_ENV"} == variables
    assert {n: ours["env"][n] for n in variables} == {n: theirs["env"][n] for n in variables}
    mine, other = (json.loads(told["env"]["SM_TRAINING_ENV"]) for told in (ours, theirs))
    assert {name: mine.get(name) for name in other if name in mine} == {
        name: value for name, value in other.items() if name in mine
    }
    assert len(set(other) & set(mine)) > 25


def test_a_failure_is_reported_as_the_training_toolkit_reports_it(workshop: Workshop) -> None:
    toolkit = environment("sagemaker-training")
    params = workshop.request("import sys\nsys.exit(7)")
    ours = workshop.run(params).end.reason
    params["AlgorithmSpecification"]["ContainerEntrypoint"] = [str(toolkit / "train")]
    params["Environment"] = {"SM_STUDIO_LOCAL_MODE": "true"}
    theirs = workshop.run(params).end.reason
    assert ours is not None and theirs is not None
    head = "AlgorithmError: ExecuteUserScriptError:\nExitCode 7\nErrorMessage"
    assert ours.startswith(head) and theirs.startswith(head)
    assert ours.endswith("exit code: 1") and theirs.endswith("exit code: 1")


@pytest.mark.parametrize("count", [1, 2])
def test_the_sdks_own_driver_files_run_in_our_containers(workshop: Workshop, count: int) -> None:
    pytest.importorskip("sagemaker.train")
    from sagemaker.train import container_drivers, templates

    drivers = workshop.root / "sm_drivers"
    shutil.copytree(Path(container_drivers.__file__).parent, drivers)
    (drivers / "sourcecode.json").write_text(json.dumps({"entry_script": "train.py"}))
    (drivers / "distributed.json").write_text("{}")
    script = templates.TRAIN_SCRIPT_TEMPLATE.format(
        working_dir="cd /opt/ml/input/data/code",
        install_requirements="",
        execute_driver=templates.EXECUTE_BASIC_SCRIPT_DRIVER,
    )
    (drivers / "sm_train.sh").write_text(script)
    start = "/opt/ml/input/data/sm_drivers/sm_train.sh"
    params = workshop.command(
        *("/bin/bash", "-c", f"chmod +x {start} && {start}"),
        HyperParameters={"lr": "0.1"},
        InputDataConfig=[
            channel("code", workshop.code(TELLS)),
            channel("sm_drivers", drivers.as_uri()),
        ],
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": count},
    )
    done = workshop.run(params)
    assert done.end.status == "Completed", "\n".join(done.printed)
    lines = [text for text in done.printed if text.startswith("TOLD ")]
    assert len(lines) == count
    answer = json.loads(lines[0].removeprefix("TOLD "))
    assert answer["argv"] == ["train.py", "--lr", "0.1"]
    assert answer["env"]["SM_HOST_COUNT"] == str(count)


TRAINS = """
    import os, pathlib, time
    import torch

    torch.manual_seed(0)
    file = pathlib.Path("/opt/ml/checkpoints/state.pt")
    model, first = torch.nn.Linear(2, 1), 0
    if file.exists():
        state = torch.load(file)
        model.load_state_dict(state["model"])
        first = state["epoch"]
        print(f"resumed at {first}")
    step = torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.randn(64, 2)
    y = x @ torch.tensor([[2.0], [-1.0]])
    for epoch in range(first, 40):
        loss = torch.nn.functional.mse_loss(model(x), y)
        step.zero_grad()
        loss.backward()
        step.step()
        beside = file.with_suffix(".new")
        torch.save({"model": model.state_dict(), "epoch": epoch + 1}, beside)
        os.replace(beside, file)
        print(f"epoch={epoch} loss={loss.item():.6f}")
        time.sleep(0.3)
    torch.save(model.state_dict(), "/opt/ml/model/model.pt")
"""


def test_a_torch_script_is_reclaimed_and_resumes(workshop: Workshop) -> None:
    python = environment("torch") / "python"
    params = workshop.request(TRAINS, CheckpointConfig={"S3Uri": "s3://results/ckpt/"})
    params["AlgorithmSpecification"]["MetricDefinitions"] = [
        {"Name": "loss", "Regex": "loss=([0-9.]+)"}
    ]
    done = workshop.run(params, python=str(python), interrupt=Interrupt(seconds=10))
    assert done.end.status == "Completed", done.end.reason
    (resumed,) = [text for text in done.printed if text.startswith("resumed at")]
    assert 0 < int(resumed.removeprefix("resumed at ")) < 40
    losses = [event.value for event in done.events if type(event).__name__ == "MetricPoint"]  # type: ignore[union-attr]
    assert losses[-1] < 0.01 < losses[0]
    assert any("read its checkpoint" in text for text in done.notes("info"))


WORKS_TOGETHER = """
    import os
    import torch
    import torch.distributed as dist

    dist.init_process_group("gloo")
    total = torch.tensor([float(dist.get_rank() + 1)])
    dist.all_reduce(total)
    print(f"rank {dist.get_rank()} of {dist.get_world_size()}: {total.item():g}")
    dist.destroy_process_group()
"""


def test_torchrun_joins_two_hosts(workshop: Workshop) -> None:
    python = environment("torch") / "python"
    params = workshop.request(
        WORKS_TOGETHER,
        HyperParameters={"sagemaker_torch_distributed_enabled": "true"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2},
        Environment={"GLOO_SOCKET_IFNAME": "lo"},
    )
    done = workshop.run(params, python=str(python))
    assert done.end.status == "Completed", "\n".join(done.printed)
    assert sorted(t for t in done.printed if t.startswith("rank")) == [
        "rank 0 of 2: 3",
        "rank 1 of 2: 3",
    ]
