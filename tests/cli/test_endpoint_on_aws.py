"""`awsml endpoint deploy --on aws` against the fake: made, changed, and what is left behind."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from awsml.cli.commands.endpoint import on_aws
from tests.cli.aws_project import ROLE, project
from tests.conftest import CommandLine
from tests.fake_aws.world import Refusal, World

__all__ = ["project"]

SCENARIO = f"""
kind: endpoint
name: flowers
region: us-east-1
role: {ROLE}
model:
  data: s3://acme-runs/model.tar.gz
  image: {{uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/m:1"}}
compute: {{instance: ml.g5.xlarge, count: 1}}
"""
DEPLOY = ("endpoint", "deploy", "--on", "aws", "-y")


@pytest.fixture(autouse=True)
def _serving(project: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "endpoint.yaml").write_text(SCENARIO)
    clock = project.clock
    there = functools.partial(on_aws.AwsEndpoints, clock=clock.time, sleep=clock.sleep)
    monkeypatch.setattr(on_aws, "AwsEndpoints", there)


def configurations(world: World) -> list[str]:
    found = world.all("us-east-1", "EndpointConfig")
    return [str(one["request"]["EndpointConfigName"]) for one in found]


def test_what_a_failed_deploy_left_goes_with_the_next(awsml: CommandLine, project: World) -> None:
    full = Refusal("ResourceLimitExceeded", "The account-level service limit is 0 Instances")
    project.fail("CreateEndpoint", full)
    assert awsml(*DEPLOY).code == 3
    (left,) = configurations(project)
    again = awsml(*DEPLOY)
    assert again.code == 0, again.err
    assert f"deleted {left}, which an earlier deployment had left" in again.err
    (used,) = configurations(project)
    (model,) = project.all("us-east-1", "Model")
    assert used == model["request"]["ModelName"] != left
    assert awsml(*DEPLOY).code == 0
    asked = [entry["params"]["ModelName"] for entry in project.journal.calls("DeleteModel")]
    assert asked.count(left) == 1, "what is gone is not asked for again"


def test_a_second_deploy_changes_the_endpoint_and_takes_the_old_configuration_away(
    awsml: CommandLine, project: World
) -> None:
    assert awsml(*DEPLOY).code == 0
    first = configurations(project)
    again = awsml(*DEPLOY)
    assert again.code == 0, again.err
    assert len(first) == len(configurations(project)) == 1
    assert configurations(project) != first
    assert len(project.journal.accepted("CreateEndpoint")) == 1
    assert awsml("status", "last").code == 0


def schedules(world: World) -> list[str]:
    return [str(one["request"]["Name"]) for one in world.all("us-east-1", "Schedule")]


def test_what_would_have_ended_an_earlier_deployment_does_not_end_a_later_one(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    text = SCENARIO + f"ttl: {{after: 8h, role: '{ROLE}'}}\n"
    (tmp_path / "endpoint.yaml").write_text(text)
    other = {"Name": "flowers-ends-x", "Target": {"Input": '{"EndpointName": "flowers-2"}'}}
    project.put("us-east-1", "Schedule", "flowers-ends-x", {"request": other})
    assert awsml(*DEPLOY).code == 0
    (first,) = set(schedules(project)) - {"flowers-ends-x"}
    again = awsml(*DEPLOY)
    assert again.code == 0, again.err
    (second,) = set(schedules(project)) - {"flowers-ends-x"}
    assert first != second
    assert f"deleted the schedule {first}" in again.err
    assert awsml("endpoint", "delete", "flowers", "--on", "aws", "-y").code == 0
    assert schedules(project) == ["flowers-ends-x"], "another endpoint's end stays"


def test_who_may_not_look_at_schedules_can_still_delete(awsml: CommandLine, project: World) -> None:
    assert awsml(*DEPLOY).code == 0
    project.fail("ListSchedules", Refusal("AccessDeniedException", "not authorized", 403))
    ran = awsml("endpoint", "delete", "flowers", "--on", "aws", "-y")
    assert ran.code == 0, ran.err
    assert "were not looked for" in ran.err
    assert not configurations(project)
