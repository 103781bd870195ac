"""`awsml batch deploy` and `destroy` against the fake's CloudFormation, killed and cut off too."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.endpoint
import pytest

from awsml.aws.session import Session
from awsml.backends.aws.surroundings import default_network
from awsml.cli import session as door
from awsml.cli.commands.batch import deploy, destroy, stack
from tests.cli.aws_project import project
from tests.cli.test_batch_on_aws import BATCH
from tests.conftest import CommandLine
from tests.contracts import check_text
from tests.fake_aws import cloudformation, ec2
from tests.fake_aws.world import Refusal, World

__all__ = ["project"]

REGION = "us-east-1"
NAME = "awsml-recsys"


@pytest.fixture(autouse=True)
def _scenario(project: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "batch.yaml").write_text(BATCH)
    monkeypatch.setattr(stack, "sleep", project.clock.sleep)
    monkeypatch.setattr(stack, "time", project.clock.time)


def status(world: World) -> str:
    """How the stack stands, once what was begun has come to its end."""
    world.clock.sleep(1000)
    found = cloudformation.standing(world, REGION, NAME)
    return found["status"] if found else "none"


def stacks(world: World) -> list[str]:
    return [stack["status"] for stack in world.all(REGION, cloudformation.STACK)]


def test_the_first_deploy_shows_what_it_makes_and_makes_it(
    awsml: CommandLine, project: World
) -> None:
    ran = awsml("batch", "deploy", "-y", "-o", "json")
    assert ran.code == 0, ran.err
    shown = ran.err.index("make Queue (Batch JobQueue)")
    assert ran.err.index("the jobs cost $") < ran.err.index("Queue CREATE_IN_PROGRESS")
    assert shown < ran.err.index("Queue CREATE_COMPLETE") < ran.err.index("is ready")
    told = check_text("deployment", ran.out)
    assert told["stack"]["status"] == "CREATE_COMPLETE"
    assert {"add"} == {change["action"] for change in told["stack"]["changes"]}
    (created,) = project.journal.accepted("CreateChangeSet")
    values = {p["ParameterKey"]: p["ParameterValue"] for p in created["params"]["Parameters"]}
    assert values == {"Subnets": "subnet-a,subnet-b", "SecurityGroups": "sg-1"}


def test_what_is_not_there_is_refused_before_the_stack_is_looked_at(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    (tmp_path / "batch.yaml").write_text(f"{BATCH}data: ./nothing\n")
    ran = awsml("batch", "deploy", "-y")
    assert ran.code == 2
    assert "warning[missing-local-file]" in ran.err
    assert "error[upload-missing]" in ran.err
    assert project.journal.calls("DescribeStacks") == []


def test_the_same_again_changes_nothing(awsml: CommandLine, project: World) -> None:
    awsml("batch", "deploy", "-y")
    ran = awsml("batch", "deploy", "-y", "-o", "json")
    assert ran.code == 0
    assert "nothing to change" in ran.err
    assert check_text("deployment", ran.out)["stack"]["changes"] == []
    assert len(project.journal.accepted("ExecuteChangeSet")) == 1
    assert cloudformation.standing(project, REGION, NAME)["sets"].keys() == {
        project.journal.accepted("ExecuteChangeSet")[0]["params"]["ChangeSetName"]
    }


def test_a_changed_plan_is_told_in_words_and_dollars(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    awsml("batch", "deploy", "-y")
    changed = BATCH.replace("instances: [g5]", "instances: [g5, g6], max_vcpus: 32")
    (tmp_path / "batch.yaml").write_text(changed.replace("timeout: 2h", "timeout: 3h"))
    ran = awsml("batch", "deploy", "-y")
    assert ran.code == 0, ran.err
    assert "change FirstEnvironment (Batch ComputeEnvironment)" in ran.err
    assert "/Properties/ComputeResources/MaxvCpus: 64 -> 32" in ran.err
    assert "/Properties/Timeout/AttemptDurationSeconds: 7200 -> 10800" in ran.err
    assert "the jobs cost $" in ran.err
    assert "make " not in ran.err
    assert status(project) == "UPDATE_COMPLETE"


def test_a_change_tells_what_the_jobs_cost_before_and_after(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    assert "as deployed before" not in awsml("batch", "deploy", "-y").err
    (tmp_path / "batch.yaml").write_text(BATCH.replace("[g5]", "[g5], spot: false"))
    first = awsml("batch", "deploy", "-y").err
    (tmp_path / "batch.yaml").write_text(BATCH)
    second = awsml("batch", "deploy", "-y").err
    cheap, dear = (re.search(r"the jobs cost (\$[\d.]+)", err)[1] for err in (second, first))
    assert cheap != dear
    assert f"as deployed before: {cheap} per run" in first.replace("\n", " ")
    assert f"as deployed before: {dear} per run" in second.replace("\n", " ")


def test_what_a_change_takes_away_is_said_to_be_lost(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    (tmp_path / "batch.yaml").write_text(BATCH.replace("[g5]", "[g5], fallback: true"))
    awsml("batch", "deploy", "-y")
    (tmp_path / "batch.yaml").write_text(BATCH)
    ran = awsml("batch", "deploy", "-y")
    assert "delete SecondEnvironment (Batch ComputeEnvironment)" in ran.err
    assert "is lost" in ran.err


def test_without_an_answer_nothing_is_made_and_nothing_is_left(
    awsml: CommandLine, project: World
) -> None:
    ran = awsml("batch", "deploy", "-o", "json")
    assert ran.code == 2
    assert json.loads(ran.out)["error"]["slug"] == "not-agreed"
    assert "make Queue" in ran.err
    assert project.journal.accepted("ExecuteChangeSet") == []
    assert status(project) == "none"


def test_a_refused_scenario_is_told_in_json_too(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    (tmp_path / "batch.yaml").write_text(BATCH.replace("timeout: 2h", "timeout: 30s"))
    ran = awsml("batch", "deploy", "-o", "json")
    assert ran.code == 1
    (finding,) = [f for f in check_text("plan", ran.out)["findings"] if f["level"] == "error"]
    assert finding["line"] == 8 and finding["hint"] == "write `timeout: 60s`"
    assert project.journal.entries == []


def test_a_dry_run_prints_the_template_and_asks_nothing(awsml: CommandLine, project: World) -> None:
    told = check_text("deployment", awsml("batch", "deploy", "--dry-run", "-o", "json").out)
    assert told["stack"]["template"] == awsml("batch", "deploy", "--dry-run").out
    assert told["stack"]["changes"] is None
    assert project.journal.entries == []


def test_a_failure_is_told_by_the_resource_that_caused_it(
    awsml: CommandLine, project: World
) -> None:
    cloudformation.script(project, fails={"FirstEnvironment": "Subnet subnet-a is not there"})
    ran = awsml("batch", "deploy", "-y")
    assert ran.code == 3
    cause = "FirstEnvironment CREATE_FAILED: Subnet subnet-a is not there"
    assert f"the stack {NAME} is ROLLBACK_COMPLETE: {cause}" in ran.err
    again = awsml("batch", "deploy", "-y")
    assert again.code == 3 and "awsml batch destroy" in again.err
    cloudformation.script(project, fails={})
    assert awsml("batch", "destroy", "-y").code == 0
    assert awsml("batch", "deploy", "-y").code == 0
    assert status(project) == "CREATE_COMPLETE"


def test_a_change_that_fails_leaves_the_stack_as_it_was(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    awsml("batch", "deploy", "-y")
    cloudformation.script(project, fails={"Definition": "Timeout is not valid"})
    (tmp_path / "batch.yaml").write_text(BATCH.replace("timeout: 2h", "timeout: 3h"))
    ran = awsml("batch", "deploy", "-y")
    assert "UPDATE_ROLLBACK_COMPLETE: Definition UPDATE_FAILED: Timeout is not valid" in ran.err
    cloudformation.script(project, fails={})
    assert awsml("batch", "deploy", "-y").code == 0
    assert status(project) == "UPDATE_COMPLETE"


def test_destroy_lists_and_deletes_everything(awsml: CommandLine, project: World) -> None:
    awsml("batch", "deploy", "-y")
    ran = awsml("batch", "destroy")
    assert ran.code == 2 and "Queue (Batch JobQueue)" in ran.err
    assert status(project) == "CREATE_COMPLETE"
    ran = awsml("batch", "destroy", "-y")
    assert ran.code == 0 and f"{NAME} is gone" in ran.err
    assert status(project) == "none"
    assert "nothing to delete" in awsml("batch", "destroy", "-y").err


def test_what_cannot_be_deleted_is_named_and_the_rest_may_be_tried_again(
    awsml: CommandLine, project: World
) -> None:
    awsml("batch", "deploy", "-y")
    cloudformation.script(project, fails={"FirstEnvironment": "jobs run in it"})
    ran = awsml("batch", "destroy", "-y")
    assert ran.code == 3
    assert "DELETE_FAILED: FirstEnvironment DELETE_FAILED: jobs run in it" in ran.err
    cloudformation.script(project, fails={})
    assert awsml("batch", "destroy", "-y").code == 0


def test_a_region_without_a_default_network_says_what_to_write(
    awsml: CommandLine, project: World
) -> None:
    ec2.set_network(project, None)
    ran = awsml("batch", "deploy", "-y")
    assert ran.code == 3 and "compute.subnets" in ran.err
    assert project.journal.accepted("CreateChangeSet") == []


def test_the_default_network_is_read_from_ec2(project: World) -> None:
    found = default_network(Session(None, REGION))
    assert found == {"Subnets": "subnet-a,subnet-b", "SecurityGroups": "sg-1"}


class Killed(BaseException):
    """Stands for kill -9: the commands keep nothing on this machine that could be half written."""


class Mortal(Session):
    """A session that dies before or after its n-th call, or one of an operation."""

    deaths: int | str | None = None
    calls = 0

    def call(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self._step(f"before {operation}")
        answer = super().call(service, operation, params)
        self._step(f"after {operation}")
        return answer

    def _step(self, name: str) -> None:
        self.calls += 1
        if self.deaths in (self.calls, name):
            raise Killed

    def dies_at(self, step: int | str | None) -> None:
        self.calls, self.deaths = 0, step


@pytest.fixture
def quick(project: World, monkeypatch: pytest.MonkeyPatch) -> Mortal:
    """Many commands in one test: planned once, and clients of AWS made once."""
    session, plan, made = Mortal(None, REGION), deploy.planned, []

    def planned(*words: Any, **more: Any) -> Any:
        made[:] = made or [plan(*words, **more)]
        return made[0]

    for module in (deploy, destroy):
        monkeypatch.setattr(module, "planned", planned)
    monkeypatch.setattr(door, "session_of", lambda *_: session)
    monkeypatch.setattr(botocore.endpoint, "time", project.clock)  # its pauses between retries
    return session


def repeated(awsml: CommandLine, world: World, quick: Mortal, death: int | str) -> bool:
    """Whether a deploy died there; the next one and a destroy then come to their end."""
    quick.dies_at(death)
    try:
        assert awsml("batch", "deploy", "-y").code == 0
        return False
    except Killed:
        quick.dies_at(None)
    world.clock.sleep(2.0)
    ran = awsml("batch", "deploy", "-y")
    assert ran.code == 0, (death, ran.err)
    assert stacks(world)[-1] == "CREATE_COMPLETE"
    quick.dies_at(None)
    assert awsml("batch", "destroy", "-y").code == 0
    assert set(stacks(world)) == {"DELETE_COMPLETE"}
    return True


@pytest.mark.parametrize("death", ["after CreateChangeSet", "after ExecuteChangeSet"])
def test_a_deploy_that_was_killed_is_taken_up_by_the_next_one(
    death: str, awsml: CommandLine, project: World, quick: Mortal
) -> None:
    assert repeated(awsml, project, quick, death)
    assert len(project.journal.accepted("ExecuteChangeSet")) == 1


def test_a_destroy_that_was_killed_is_finished_by_the_next_one(
    awsml: CommandLine, project: World, quick: Mortal
) -> None:
    awsml("batch", "deploy", "-y")
    quick.dies_at("after DeleteStack")
    with pytest.raises(Killed):
        awsml("batch", "destroy", "-y")
    quick.dies_at(None)
    project.clock.sleep(2.0)
    ran = awsml("batch", "destroy", "-y")
    assert "is DELETE_IN_PROGRESS from an earlier command" in ran.err
    assert ran.code == 0 and stacks(project) == ["DELETE_COMPLETE"]


@pytest.mark.slow
def test_killed_at_any_step_a_repeat_comes_to_the_same_end(
    awsml: CommandLine, project: World, quick: Mortal
) -> None:
    deaths = 0
    while repeated(awsml, project, quick, deaths + 1):
        deaths += 1
    assert deaths >= 14
    assert len(project.journal.accepted("ExecuteChangeSet")) == deaths + 1


OPERATIONS = (
    "DescribeVpcs",
    "DescribeStacks",
    "CreateChangeSet",
    "DescribeChangeSet",
    "ExecuteChangeSet",
    "DescribeStackEvents",
)


def once_lost(
    awsml: CommandLine, world: World, operation: str, how: Refusal, when: str = "before"
) -> list[int]:
    """Exit codes of a deploy that meets a fault, and of the next one."""
    world.fail(operation, how, when=when)
    codes = []
    for _ in range(2):
        codes.append(awsml("batch", "deploy", "-y").code)
        world.clock.sleep(2.0)
    assert stacks(world)[-1] == "CREATE_COMPLETE"
    return codes


@pytest.mark.parametrize("operation", ["CreateChangeSet", "ExecuteChangeSet"])
def test_an_answer_that_gets_lost_is_asked_for_again(
    operation: str, awsml: CommandLine, project: World, quick: Mortal
) -> None:
    broke = Refusal("InternalFailure", "we broke", 500)
    assert once_lost(awsml, project, operation, broke, "after") == [0, 0]
    executed = project.journal.accepted("ExecuteChangeSet")
    assert len({entry["params"]["ClientRequestToken"] for entry in executed}) == 1
    assert stacks(project) == ["CREATE_COMPLETE"]


@pytest.mark.slow
def test_no_lost_answer_of_any_call_stops_a_deploy(
    awsml: CommandLine, project: World, quick: Mortal
) -> None:
    for operation in OPERATIONS:
        for when in ("before", "after"):
            broke = Refusal("InternalFailure", "we broke", 500)
            assert once_lost(awsml, project, operation, broke, when) == [0, 0], operation
            awsml("batch", "destroy", "-y")


@pytest.mark.slow
def test_what_aws_denies_is_told_and_a_repeat_goes_on(
    awsml: CommandLine, project: World, quick: Mortal
) -> None:
    for operation in OPERATIONS:
        denied = Refusal("AccessDenied", "not authorized", 403)
        assert once_lost(awsml, project, operation, denied) == [3, 0], operation
        awsml("batch", "destroy", "-y")
