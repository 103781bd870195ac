"""`awsml why RUN --metrics FILE` names what starves a GPU and prices the fix."""

import json
from pathlib import Path

import pytest

from tests.conftest import CommandLine, Ran

SCENARIO = """\
kind: training
name: images
region: us-east-1
image: {framework: pytorch, version: "2.10"}
code: {dir: ., entry: train.py}
compute: {instance: ml.g5.2xlarge}
inputs:
  train: {from: ./data, mode: fastfile, data: {size: 48 GB, objects: 1.2M}}
workload: {epochs: 10, samples: 1.2M, samples_per_second: 900, workers: 8}
"""
STARVED = "timestamp,cpu,gpu,gpu_memory,io_wait,network\n" + "".join(
    f"{minute * 60},30,20,80,64,10\n" for minute in range(10)
)


@pytest.fixture
def ran(awsml: CommandLine, tmp_path: Path) -> Ran:
    """A run of the scenario on this machine, over a folder that stands for its data."""
    (tmp_path / "awsml.yaml").write_text("on: local\n")
    (tmp_path / "images.yaml").write_text(SCENARIO)
    (tmp_path / "train.py").write_text("print('done')\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "one").write_text("x")
    (tmp_path / "starved.csv").write_text(STARVED)
    result = awsml("train", "images.yaml", "-y")
    assert result.code == 0, result.err
    return result


def test_a_starved_gpu_is_explained_and_the_fix_is_priced(awsml: CommandLine, ran: Ran) -> None:
    out = awsml("why", "last", "--metrics", "starved.csv").out
    assert "it waits for data" in out
    assert "I/O wait 64% (at least 50%)" in out
    assert "pack train into shards" in out
    assert "saves $" in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_json_holds_the_verdict(awsml: CommandLine, ran: Ran) -> None:
    printed = json.loads(awsml("why", "last", "--metrics", "starved.csv", "-o", "json").out)
    assert printed["utilisation"]["diagnosis"]["verdict"] == "io"
    assert printed["utilisation"]["advice"][0]["saves"]["usd"]["expected"] > 0


def test_sums_are_those_of_the_instance_that_was_asked_for(
    awsml: CommandLine, ran: Ran, tmp_path: Path
) -> None:
    (tmp_path / "sums.csv").write_text("GPUUtilization,CPUUtilization\n180,760\n20,760\n")
    out = awsml("why", "last", "--metrics", "sums.csv").out
    assert "180 % where 100 is all there is" in " ".join(out.split())
    assert "CPU 95%" in " ".join(out.split())


def test_cloudwatch_knows_nothing_of_a_local_run(awsml: CommandLine, ran: Ran) -> None:
    result = awsml("why", "last", "--metrics", "cloudwatch")
    assert result.code == 2
    assert "--metrics utilisation.csv" in result.err


def test_a_missing_file_is_refused(awsml: CommandLine, ran: Ran) -> None:
    assert awsml("why", "last", "--metrics", "nothing.csv").code == 2
