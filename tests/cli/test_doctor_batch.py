"""`awsml doctor` of a batch scenario: its queue, and the EC2 quotas that count its machines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.aws_project import project
from tests.cli.test_batch_on_aws import BATCH
from tests.cli.test_doctor import checks, states
from tests.conftest import CommandLine
from tests.fake_aws import batch, ecr, identity, quotas, s3
from tests.fake_aws.world import Refusal, World

__all__ = ["project"]

SPOT = "All G and VT Spot Instance Requests"
ON_DEMAND = "Running On-Demand G and VT instances"


@pytest.fixture(autouse=True)
def healthy(project: World, tmp_path: Path) -> World:
    """An account in which the scenario would run."""
    (tmp_path / "train.yaml").unlink()
    text = BATCH + "role: arn:aws:iam::111122223333:role/job\ndata: s3://acme-data/train/\n"
    (tmp_path / "batch.yaml").write_text(text)
    identity.add_role(project, "job", trusts="ecs-tasks.amazonaws.com")
    identity.add_role(project, "tester")
    batch.add_queue(project, "awsml-recsys")
    ecr.add_image(project, "pytorch-training", "2.10.0-gpu-py313-cu130-ubuntu22.04-ec2")
    quotas.set_quota(project, SPOT, 64.0, service="ec2")
    return project


def test_an_account_that_is_ready_passes(awsml: CommandLine) -> None:
    ran = awsml("doctor")
    assert ran.code == 0, ran.out
    assert "awsml-recsys is ENABLED and VALID" in ran.out


def test_an_output_that_is_still_empty_is_no_missing_data(awsml: CommandLine) -> None:
    says = [check["says"] for check in checks(awsml)["data"]]
    assert says == ["s3://acme-data/train/ holds objects"]


def test_the_quota_of_spot_is_zero_in_a_new_account(awsml: CommandLine, healthy: World) -> None:
    quotas.set_quota(healthy, SPOT, 0.0, service="ec2", applied=False)
    (check,) = checks(awsml)["quota"]
    assert check["state"] == "failed"
    assert "0 vCPUs, one machine takes 4" in check["says"]
    assert "--service-code ec2" in check["hint"] and check["hint"].endswith("--desired-value 64")


def test_a_quota_that_holds_some_machines_passes_and_says_how_many(
    awsml: CommandLine, healthy: World
) -> None:
    quotas.set_quota(healthy, SPOT, 10.0, service="ec2")
    (check,) = checks(awsml)["quota"]
    assert check["state"] == "passed"
    assert check["says"].endswith("max_vcpus is 64: at most 2 machines at once")


def test_the_environment_behind_spot_has_a_quota_of_its_own(
    awsml: CommandLine, healthy: World, tmp_path: Path
) -> None:
    (tmp_path / "batch.yaml").write_text(BATCH.replace("[g5]", "[g5], fallback: true"))
    spot, on_demand = checks(awsml)["quota"]
    assert (spot["state"], on_demand["state"]) == ("passed", "unproven")
    assert ON_DEMAND in on_demand["says"] and "L-DB2E81BA" in on_demand["hint"]


def test_a_queue_that_is_not_there_is_to_be_deployed(
    awsml: CommandLine, healthy: World, tmp_path: Path
) -> None:
    text = (tmp_path / "batch.yaml").read_text().replace("name: recsys", "name: other")
    (tmp_path / "batch.yaml").write_text(text)
    (check,) = checks(awsml)["queue"]
    assert check["state"] == "failed"
    assert check["hint"] == "make it: awsml batch deploy"


def test_an_environment_that_is_invalid_says_why(awsml: CommandLine, healthy: World) -> None:
    batch.add_queue(healthy, "awsml-recsys", reason="CLIENT_ERROR - the subnet is gone")
    failed = [check["says"] for check in checks(awsml)["queue"] if check["state"] == "failed"]
    assert failed == [
        "its environment awsml-recsys is ENABLED and INVALID: CLIENT_ERROR - the subnet is gone"
    ]


def test_a_disabled_queue_takes_no_jobs(awsml: CommandLine, healthy: World) -> None:
    batch.add_queue(healthy, "awsml-recsys", state="DISABLED")
    assert states(checks(awsml))["queue"] == {"failed", "passed"}


def test_the_role_of_a_job_is_taken_by_ecs(awsml: CommandLine, healthy: World) -> None:
    identity.add_role(healthy, "job", trusts="sagemaker.amazonaws.com")
    (first, *_) = checks(awsml)["role"]
    assert first["state"] == "failed" and "ecs-tasks.amazonaws.com" in first["hint"]


def test_a_caller_who_may_not_submit_fails(awsml: CommandLine, healthy: World) -> None:
    identity.add_role(healthy, "tester", denies=("batch:SubmitJob",))
    assert states(checks(awsml))["caller"] == {"passed", "failed"}


def test_a_question_that_aws_does_not_answer_proves_nothing(
    awsml: CommandLine, healthy: World
) -> None:
    healthy.fail("DescribeJobQueues", Refusal("AccessDenied", "not authorized", 403))
    (check,) = checks(awsml)["queue"]
    assert check["state"] == "unproven"


def test_what_is_read_and_written_is_in_the_region_of_the_job(
    awsml: CommandLine, healthy: World
) -> None:
    s3.add_bucket(healthy, "acme-runs", "eu-west-1")
    assert states(checks(awsml))["bucket"] == {"passed", "failed"}


def test_on_demand_machines_are_asked_about_by_flag(awsml: CommandLine) -> None:
    (check,) = checks(awsml, "--no-spot")["quota"]
    assert ON_DEMAND in check["says"]


def test_a_scenario_that_is_wrong_is_not_looked_at_by_halves(
    awsml: CommandLine, healthy: World, tmp_path: Path
) -> None:
    (tmp_path / "batch.yaml").write_text(BATCH.replace("timeout: 2h", "timeout: 30s"))
    ran = awsml("doctor")
    assert ran.code == 1 and "batch.yaml:8:" in ran.err
    assert healthy.journal.entries == []
