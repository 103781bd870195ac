"""`awsml doctor` against the fake AWS: what fails, what passes, and what cannot be proven."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.aws_project import SCENARIO, SPOT, project
from tests.conftest import CommandLine
from tests.fake_aws import ecr, identity, quotas, s3
from tests.fake_aws.world import Refusal, World

__all__ = ["project"]

QUOTA = "ml.g5.xlarge for training job usage"
SPOT_QUOTA = "ml.g5.xlarge for spot training job usage"


@pytest.fixture
def healthy(project: World) -> World:
    """An account in which the scenario would run."""
    identity.add_role(project, "tester")  # the caller, for the simulator
    quotas.set_quota(project, QUOTA, 4.0)
    ecr.add_image(project, "pytorch-training", "2.10-gpu-py313")
    return project


def checks(awsml: CommandLine, *words: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for check in json.loads(awsml("doctor", *words, "-o", "json").out)["checks"]:
        found.setdefault(check["what"], []).append(check)
    return found


def states(found: dict[str, list[dict[str, str]]]) -> dict[str, set[str]]:
    return {what: {check["state"] for check in all_} for what, all_ in found.items()}


def test_an_account_that_is_ready_passes(awsml: CommandLine, healthy: World) -> None:
    ran = awsml("doctor")
    assert ran.code == 0, ran.out
    assert "0 failed" in ran.out
    assert "could not be proven: AWS tells nobody whether ml.g5.xlarge is" in ran.out


def test_nothing_is_created(awsml: CommandLine, healthy: World) -> None:
    awsml("doctor")
    operations = {entry["operation"] for entry in healthy.journal.entries}
    assert all(not name.startswith(("Create", "Put", "Add", "Submit")) for name in operations)


def test_a_quota_below_the_need_fails_with_the_command_that_raises_it(
    awsml: CommandLine, healthy: World
) -> None:
    quotas.set_quota(healthy, QUOTA, 0.0)
    (check,) = checks(awsml)["quota"]
    assert check["state"] == "failed"
    assert "request-service-quota-increase" in check["hint"]
    assert check["hint"].endswith("--desired-value 1")
    assert awsml("doctor").code == 1


def test_spot_has_a_quota_of_its_own_that_may_be_a_default(
    awsml: CommandLine, healthy: World, tmp_path: Path
) -> None:
    (tmp_path / "train.yaml").write_text(SCENARIO + SPOT)
    quotas.set_quota(healthy, SPOT_QUOTA, 0.0, applied=False)
    (check,) = checks(awsml)["quota"]
    assert check["state"] == "failed"
    assert check["says"] == f"{SPOT_QUOTA}: 0, needed 1"


def test_a_quota_that_aws_does_not_list_is_not_proven(
    awsml: CommandLine, healthy: World, tmp_path: Path
) -> None:
    (tmp_path / "train.yaml").write_text(SCENARIO + SPOT)
    (check,) = checks(awsml)["quota"]
    assert check["state"] == "unproven"


def test_a_role_that_does_not_trust_sagemaker_fails(awsml: CommandLine, healthy: World) -> None:
    identity.add_role(healthy, "trainer", trusts="ec2.amazonaws.com")
    found = checks(awsml)["role"]
    assert found[0]["state"] == "failed"
    assert "sts:AssumeRole" in found[0]["hint"]


def test_a_role_that_may_not_read_the_data_fails_and_says_what_to_allow(
    awsml: CommandLine, healthy: World
) -> None:
    identity.add_role(healthy, "trainer", denies=("s3:GetObject",))
    failed = [check for check in checks(awsml)["role"] if check["state"] == "failed"]
    assert [check["hint"] for check in failed] == [
        "allow s3:GetObject on arn:aws:s3:::acme-data/train/* in a policy of trainer"
    ]


def test_a_caller_who_may_not_pass_the_role_fails(awsml: CommandLine, healthy: World) -> None:
    identity.add_role(healthy, "tester", denies=("iam:PassRole",))
    assert states(checks(awsml))["caller"] == {"passed", "failed"}


def test_iam_that_may_not_be_asked_proves_nothing(awsml: CommandLine, healthy: World) -> None:
    denied = Refusal("AccessDenied", "User is not authorized to perform: iam:GetRole", 403)
    healthy.fail("GetRole", denied)
    (check,) = checks(awsml)["role"]
    assert check["state"] == "unproven"
    assert check["says"].startswith("could not be proven")


def test_a_bucket_in_another_region_fails(awsml: CommandLine, healthy: World) -> None:
    s3.add_bucket(healthy, "acme-data", "eu-west-1")["train/part-0"] = b"data"
    says = [c["says"] for c in checks(awsml)["bucket"] if c["state"] == "failed"]
    assert says == ["acme-data is in eu-west-1, the job in us-east-1"]


def test_a_prefix_without_objects_fails(awsml: CommandLine, healthy: World) -> None:
    s3.add_bucket(healthy, "acme-data")
    assert states(checks(awsml))["data"] == {"failed"}


def test_an_image_without_that_tag_fails(awsml: CommandLine, project: World) -> None:
    identity.add_role(project, "tester")
    ecr.add_image(project, "pytorch-training", "1.0")
    assert states(checks(awsml))["image"] == {"failed"}


def test_without_credentials_there_is_one_check(
    awsml: CommandLine, healthy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert states(checks(awsml)) == {"credentials": {"failed"}}


def test_without_a_scenario_the_account_is_looked_at(
    awsml: CommandLine, healthy: World, tmp_path: Path
) -> None:
    (tmp_path / "train.yaml").unlink()
    ran = awsml("--region", "us-east-1", "doctor", "-o", "json")
    what = [check["what"] for check in json.loads(ran.out)["checks"]]
    assert what == ["credentials", "region"]
