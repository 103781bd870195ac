"""Runs on AWS from the command line: asking first, detaching, looking after them, explaining."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from awsml.store.owner import Owner
from awsml.store.run import Status
from awsml.store.runs import RunStore
from tests.cli.aws_project import project
from tests.conftest import CommandLine
from tests.fake_aws import training
from tests.fake_aws.world import Refusal, World

__all__ = ["project"]

FOREIGN = {
    "TrainingJobName": "theirs",
    "AlgorithmSpecification": {
        "TrainingImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/x:1",
        "TrainingInputMode": "File",
    },
    "RoleArn": "arn:aws:iam::111122223333:role/trainer",
    "OutputDataConfig": {"S3OutputPath": "s3://acme-runs/theirs/"},
    "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}


def created(world: World) -> int:
    return len(world.journal.accepted("CreateTrainingJob"))


def the_run(folder: Path) -> tuple[str, Status]:
    with RunStore(folder / ".awsml") as store:
        run = store.get("last")
        return run.id, run.status


def let_go(folder: Path) -> None:
    """As if the process that looked after the last run were gone."""
    with RunStore(folder / ".awsml") as store:
        store.hand_over(store.get("last").id, Owner(2**22 + 1, "gone"), detached=False)


def test_nothing_is_sent_without_an_answer(awsml: CommandLine, project: World) -> None:
    ran = awsml("train", "--on", "aws")
    assert ran.code == 2
    assert "error[not-agreed]" in ran.err
    assert created(project) == 0


def test_the_plan_its_cost_and_the_uploads_are_shown_before_anything_is_sent(
    awsml: CommandLine, project: World
) -> None:
    ran = awsml("train", "--on", "aws", "-y")
    first, *rest = ran.err.splitlines()
    assert first == "on AWS account 111122223333, us-east-1: demo"
    shown = "\n".join(rest).partition("\nrun ")[0]
    assert "ceiling" in shown
    assert "to upload where it is not there yet: code src: 1 file" in shown


def test_a_detached_run_is_followed_later(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    training.script(project, training.Course(lines=((1.0, 1, "hello"),)))
    ran = awsml("train", "--on", "aws", "-y", "-d")
    assert ran.code == 0
    run, _ = the_run(tmp_path)
    assert f"run {run} goes on at AWS; follow it: awsml logs -f {run}" in ran.err
    project.clock.sleep(100)
    assert "Training for" in awsml("status").out
    assert awsml("logs").out == "hello\n"
    project.clock.sleep(1000)
    assert "Completed after" in awsml("status").out
    assert the_run(tmp_path) == (run, Status.COMPLETED)
    assert created(project) == 1


def test_the_log_has_a_tail_and_a_beginning(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    lines = tuple((10.0 * n, 1, f"line {n}") for n in range(1, 6))
    training.script(project, training.Course(lines=lines))
    awsml("train", "--on", "aws", "-y", "-d")
    project.clock.sleep(1080)  # the job trains from its 80th second: 1000 s ago
    assert awsml("logs", "--tail", "2").out == "line 4\nline 5\n"
    assert awsml("logs", "--since", "965s").out == "line 4\nline 5\n"


def test_a_job_that_awsml_did_not_start_is_looked_after_by_its_name(
    awsml: CommandLine, project: World
) -> None:
    training.script(project, training.failed("AlgorithmError: , exit code: 137"))
    training.create(project, "us-east-1", FOREIGN)
    project.clock.sleep(1000)
    ran = awsml("--region", "us-east-1", "why", "theirs", "-o", "json")
    assert ran.code == 0, ran.err
    said = json.loads(ran.out)
    assert [because["id"] for because in said["because"]] == ["host-memory"]
    assert "Failed after" in awsml("--region", "us-east-1", "status", "theirs").out


def test_a_name_that_nobody_knows_is_an_error(awsml: CommandLine, project: World) -> None:
    ran = awsml("--region", "us-east-1", "status", "nothing")
    assert ran.code == 2
    assert "no training job of that name on AWS" in ran.err


def test_a_run_is_stopped_at_aws(awsml: CommandLine, project: World, tmp_path: Path) -> None:
    awsml("train", "--on", "aws", "-y", "-d")
    project.clock.sleep(100)
    assert "is asked to stop" in awsml("stop").err
    project.clock.sleep(100)
    assert "stopped on request" in awsml("status").out
    assert the_run(tmp_path)[1] is Status.STOPPED


def test_a_run_in_doubt_is_settled_by_its_status(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    project.visible_after = 600.0
    project.fail("CreateTrainingJob", "drop", when="after")
    assert awsml("train", "--on", "aws", "-y").code == 3
    let_go(tmp_path)
    project.clock.sleep(1000)
    assert "Completed after" in awsml("status").out
    assert created(project) == 1


def test_a_run_that_was_refused_is_a_failed_run_that_why_explains(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    wording = "The account-level service limit 'ml.g5.xlarge for training job usage' is 0 Instances"
    project.fail("CreateTrainingJob", Refusal("ResourceLimitExceeded", wording))
    assert awsml("train", "--on", "aws", "-y").code == 3
    assert the_run(tmp_path)[1] is Status.FAILED
    assert "quota `ml.g5.xlarge for training job usage` is 0" in awsml("why").out


def test_why_says_what_a_run_waits_for(awsml: CommandLine, project: World) -> None:
    training.script(project, training.Course(phases=(("Starting", 9000.0),)))
    awsml("train", "--on", "aws", "-y", "-d")
    project.clock.sleep(600)
    assert "Starting for" in awsml("why").out


def test_expired_credentials_end_the_watching_and_not_the_run(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    expired = Refusal("ExpiredTokenException", "The security token included is expired", 403)
    project.fail("DescribeTrainingJob", expired, skip=2)
    ran = awsml("train", "--on", "aws", "-y")
    assert ran.code == 3
    assert "error[aws-lost-sight]" in ran.err
    assert the_run(tmp_path)[1] is Status.RUNNING
    assert awsml("train", "--resume", "last").code == 0
    assert the_run(tmp_path)[1] is Status.COMPLETED


def test_a_status_that_cannot_be_read_is_the_last_one_known(
    awsml: CommandLine, project: World
) -> None:
    awsml("train", "--on", "aws", "-y", "-d")
    project.clock.sleep(100)
    awsml("status")
    project.clock.sleep(1000)
    project.fail("DescribeTrainingJob", Refusal("InternalFailure", "we broke", 500), times=9)
    ran = awsml("status")
    assert ran.code == 0
    assert "this is how the run stood when it was last seen" in ran.err
    assert "Training for" in ran.out


def test_an_imported_scenario_sends_the_same_request(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    training.create(project, "us-east-1", FOREIGN)
    ran = awsml(
        "--region", "us-east-1", "import", "training-job", "theirs", "-o", "yaml=again.yaml"
    )
    assert ran.code == 0, ran.err
    assert awsml("train", "again.yaml", "--on", "aws", "-y", "-d").code == 0
    sent = project.journal.accepted("CreateTrainingJob")[-1]["params"]
    assert sent.pop("TrainingJobName").startswith("theirs-")
    assert [tag["Key"] for tag in sent.pop("Tags")] == ["awsml:run"]
    assert sent == {k: v for k, v in FOREIGN.items() if k != "TrainingJobName"}


def test_without_credentials_the_error_says_what_to_run(
    awsml: CommandLine, project: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    ran = awsml("train", "--on", "aws", "-y")
    assert ran.code == 3
    assert "error[aws-credentials]" in ran.err
    assert "aws configure" in ran.err


def test_code_that_did_not_change_is_not_sent_twice(awsml: CommandLine, project: World) -> None:
    awsml("train", "--on", "aws", "-y", "-d")
    ran = awsml("train", "--on", "aws", "-y", "-d")
    assert "code unchanged" in ran.err
    assert len(project.journal.accepted("PutObject")) == 1


def test_runs_shows_what_became_of_runs_on_aws(awsml: CommandLine, project: World) -> None:
    awsml("train", "--on", "aws", "-y", "-d")
    project.clock.sleep(1000)
    assert "Completed" in awsml("runs").out


def test_runs_lists_the_jobs_of_the_account(awsml: CommandLine, project: World) -> None:
    training.create(project, "us-east-1", FOREIGN)
    project.clock.sleep(1000)
    text = awsml("--region", "us-east-1", "runs", "--account").out
    assert text.splitlines()[1].split()[:2] == ["theirs", "Completed"]
    words = ("--region", "us-east-1", "runs", "--account", "-o", "json")
    assert [job["name"] for job in json.loads(awsml(*words).out)["jobs"]] == ["theirs"]


def test_a_long_name_is_shortened_before_its_run_id(awsml: CommandLine, project: World) -> None:
    name = "a-very-long-name-of-a-job-that-fills-all-of-what-aws-allows-123"
    assert awsml("train", "--on", "aws", "-y", "-d", "--set", f"name={name}").code == 0
    sent = project.journal.accepted("CreateTrainingJob")[0]["params"]
    run = next(tag["Value"] for tag in sent["Tags"] if tag["Key"] == "awsml:run")
    assert sent["TrainingJobName"] == f"{name[:45]}-{run}"
    assert len(sent["TrainingJobName"]) == 63


def test_what_aws_refused_is_started_anew_and_not_resumed(
    awsml: CommandLine, project: World
) -> None:
    project.fail("CreateTrainingJob", Refusal("ThrottlingException", "Rate exceeded"))
    assert awsml("train", "--on", "aws", "-y").code == 3
    again = awsml("train", "--resume", "last")
    assert (again.code, "error[nothing-to-resume]" in again.err) == (2, True), again.err


def test_without_a_role_nothing_is_sent(awsml: CommandLine, project: World, tmp_path: Path) -> None:
    lines = (tmp_path / "train.yaml").read_text().splitlines()
    kept = [line for line in lines if not line.startswith("role:")]
    (tmp_path / "train.yaml").write_text("\n".join(kept))
    assert awsml("train", "--on", "aws", "-y").code != 0
    assert created(project) == 0


def test_a_run_is_exported_as_it_was_sent(awsml: CommandLine, project: World) -> None:
    awsml("train", "--on", "aws", "-y", "-d")
    sent = project.journal.accepted("CreateTrainingJob")[0]["params"]
    script = awsml("export", "--run", "last", "-o", "boto3").out
    assert f'TrainingJobName="{sent["TrainingJobName"]}"' in script
    assert "default_bucket" not in script
