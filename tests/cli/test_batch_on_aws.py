"""`awsml batch submit --on aws` against the fake: what is sent, in which order, how often."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.aws_project import project
from tests.conftest import CommandLine
from tests.fake_aws.world import World

__all__ = ["project"]

BATCH = """\
kind: batch
name: recsys
region: us-east-1
image: {framework: pytorch, version: "2.10"}
command: [python, train.py]
resources: {gpus: 1, vcpus: 4, memory: 12 GB}
compute: {instances: [g5]}
timeout: 2h
workload: {compute: 1h}
checkpoints: {to: s3://acme-runs/ckpt/, every: 5m}
"""
STEPS = """\
steps:
  prepare: {command: [python, prepare.py]}
  train: {command: [python, train.py], array: 3, depends_on: [prepare]}
"""


@pytest.fixture(autouse=True)
def _scenario(project: World, tmp_path: Path) -> None:
    (tmp_path / "batch.yaml").write_text(BATCH)


def sent(world: World, operation: str) -> list[dict[str, Any]]:
    return [entry["params"] for entry in world.journal.accepted(operation)]


def test_nothing_is_sent_without_an_answer(awsml: CommandLine, project: World) -> None:
    ran = awsml("batch", "submit", "--on", "aws")
    assert ran.code == 2
    assert "error[not-agreed]" in ran.err
    assert project.journal.accepted("SubmitJob") == []


def test_a_job_is_registered_submitted_and_followed_to_its_end(
    awsml: CommandLine, project: World
) -> None:
    ran = awsml("batch", "submit", "--on", "aws", "-y", "-o", "json")
    assert ran.code == 0, ran.err
    assert "retryStrategy" in ran.err and "cost" in ran.err  # shown before it was sent
    definition = sent(project, "RegisterJobDefinition")[0]
    assert definition["retryStrategy"]["evaluateOnExit"][-1]["action"] == "EXIT"
    submitted = sent(project, "SubmitJob")
    assert len(submitted) == 1
    assert submitted[0]["jobQueue"] == "awsml-recsys"
    assert submitted[0]["jobDefinition"].endswith("job-definition/recsys:1")
    run = json.loads(ran.out)["run"]
    assert submitted[0]["tags"]["awsml:run"] == run["id"]
    assert run["status"] == "Completed"


def test_steps_are_sent_in_order_with_the_ids_they_wait_for(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    text = BATCH.replace("command: [python, train.py]\n", "") + STEPS
    (tmp_path / "batch.yaml").write_text(text)
    assert awsml("batch", "submit", "--on", "aws", "-y").code == 0
    first, second = sent(project, "SubmitJob")
    assert first["containerOverrides"]["command"] == ["python", "prepare.py"]
    assert second["arrayProperties"] == {"size": 3}
    assert second["dependsOn"][0]["jobId"].startswith("00000000-")


def test_stopping_terminates_the_job(awsml: CommandLine, project: World) -> None:
    assert awsml("batch", "submit", "--on", "aws", "-y", "-d").code == 0
    assert awsml("stop", "last").code == 0
    assert len(project.journal.accepted("TerminateJob")) == 1
    assert "Stopped" in awsml("status", "last").out
