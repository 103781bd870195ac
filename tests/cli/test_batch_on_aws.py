"""`awsml batch submit --on aws` against the fake: what is sent, in which order, how often."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest

from awsml.backends.aws.backend import AwsBackend
from tests.cli.aws_project import project
from tests.conftest import CommandLine
from tests.fake_aws import batch
from tests.fake_aws.world import Refusal, World

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


def test_without_its_queue_nothing_is_sent_and_the_way_to_make_it_is_told(
    awsml: CommandLine, project: World
) -> None:
    batch.add_queue(project, "another")
    ran = awsml("batch", "submit", "--on", "aws", "-y")
    assert ran.code == 3
    assert "error[no-such-queue]" in ran.err and "awsml batch deploy" in ran.err
    assert project.journal.accepted("RegisterJobDefinition") == []
    assert "Failed" in awsml("runs").out


def test_a_caller_who_may_not_look_at_queues_may_still_submit(
    awsml: CommandLine, project: World
) -> None:
    project.fail("DescribeJobQueues", Refusal("AccessDenied", "not authorized", 403))
    assert awsml("batch", "submit", "--on", "aws", "-y").code == 0


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


ARRAY = BATCH + "array: 3\n"


def detached(awsml: CommandLine, tmp_path: Path, text: str) -> None:
    (tmp_path / "batch.yaml").write_text(text)
    assert awsml("batch", "submit", "--on", "aws", "-y", "-d").code == 0


def test_the_log_of_an_array_has_a_name_in_front_of_each_line(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    for index in range(3):
        batch.script(project, batch.Course(lines=(f"I am {index}",)), f"recsys-*:{index}")
    detached(awsml, tmp_path, ARRAY)
    project.clock.sleep(1000)
    awsml("logs")  # the fake writes the lines of a child that is looked at
    project.clock.sleep(1000)
    assert awsml("logs").out.splitlines() == [f"job:{i}  I am {i}" for i in range(3)]
    assert awsml("logs", "--child", "1").out == "I am 1\n"
    assert awsml("logs", "--child", "job:2", "--tail", "5").out == "I am 2\n"


def test_a_child_is_followed_to_its_own_end(
    awsml: CommandLine, project: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = (("SUBMITTED", 1.0), ("RUNNING", 50_000.0))
    batch.script(project, batch.Course(states=slow), "recsys-*")
    batch.script(project, batch.Course(lines=("done",)), "recsys-*:1")
    detached(awsml, tmp_path, ARRAY)
    project.tick = 30.0
    on_clock = functools.partial(AwsBackend, sleep=project.clock.sleep)
    monkeypatch.setattr("awsml.backends.aws.backend.AwsBackend", on_clock)
    assert awsml("logs", "-f", "--child", "1").out == "done\n"
    assert json.loads(awsml("status", "-o", "json").out)["run"]["status"] == "InProgress"


def test_a_failed_child_tells_why_the_array_failed(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    batch.script(project, batch.Course(ends="FAILED", exit_code=9), "recsys-*:1")
    detached(awsml, tmp_path, ARRAY)
    project.clock.sleep(1000)
    run = json.loads(awsml("status", "-o", "json").out)["run"]
    told = "Essential container in task exited, exit code: 9"
    assert run["reason"] == f"1 of 3 jobs failed; job:1: {told}"
    assert run["figures"]["jobs"] == {"SUCCEEDED": 2, "FAILED": 1}


def test_of_a_large_array_the_first_children_are_read_in_one_call(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    detached(awsml, tmp_path, BATCH + "array: 250\n")
    project.clock.sleep(1000)
    awsml("status")
    before = len(project.journal.calls("DescribeJobs"))
    ran = awsml("logs")
    assert "first 100 of 250 children" in ran.err
    assert len(project.journal.calls("DescribeJobs")) == before + 2


@pytest.mark.parametrize(
    ("child", "says"),
    [
        ("3", "`job` has 3 children, counted from 0"),
        ("train:1", "no array `train`; its arrays: job"),
        ("x", "write it like `--child 3`"),
    ],
)
def test_a_child_that_is_not_there_is_refused(
    child: str, says: str, awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    detached(awsml, tmp_path, ARRAY)
    ran = awsml("logs", "--child", child)
    assert ran.code == 2 and says in ran.err


def test_why_knows_what_a_job_waits_for(awsml: CommandLine, project: World, tmp_path: Path) -> None:
    slow = (("SUBMITTED", 1.0), ("RUNNABLE", 90_000.0))
    batch.script(project, batch.Course(states=slow))
    detached(awsml, tmp_path, BATCH)
    project.clock.sleep(100)
    assert "awsml doctor" in awsml("why").out
    stuck = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - it is too large"
    batch.script(project, batch.Course(states=slow, waits_for=stuck))
    project.clock.sleep(100)
    told = awsml("why").out
    assert "no machine that the compute environment may start is large enough" in told
    assert "raise `compute.max_vcpus`" in told
