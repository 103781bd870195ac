"""Lost answers, late listings and taken names: at most one accepted create for a run."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from awsml.aws.refusals import AwsRefused
from awsml.backends.aws.backend import AwsBackend
from awsml.backends.aws.journal import last_call
from awsml.backends.aws.submission import NameTaken, OutcomeUnknown, Submission
from awsml.events import Finished
from awsml.store.run import Run
from awsml.store.runs import RunStore
from tests.backends.aws.conftest import plan
from tests.fake_aws import training
from tests.fake_aws.world import Refusal, World

BROKEN = Refusal("InternalFailure", "we broke", 500)
JOB: dict[str, Any] = {"jobName": "demo", "jobQueue": "q", "jobDefinition": "d"}


def batch_job(run: Run) -> dict[str, Any]:
    return JOB | {"jobName": f"demo-{run.id}"}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", ["drop", BROKEN, "hang"], ids=["drop", "500", "hang"])
def test_one_job_whatever_happens_to_the_answer(
    backend: AwsBackend, run: Run, world: World, when: str, how: str | Refusal
) -> None:
    world.fail("CreateTrainingJob", how, when=when, seconds=1.5)
    end = list(backend.attend(run, plan(), ()))[-1]
    assert isinstance(end, Finished)
    assert end.status == "Completed"
    assert len(world.journal.accepted("CreateTrainingJob")) == 1


def test_a_describe_that_lags_behind_is_waited_for(
    backend: AwsBackend, run: Run, world: World
) -> None:
    world.visible_after = 30.0
    world.fail("CreateTrainingJob", "drop", when="after")
    list(backend.attend(run, plan(), ()))
    assert len(world.journal.calls("CreateTrainingJob")) == 1


def test_a_describe_that_lags_very_long_ends_in_doubt_and_never_in_a_second_job(
    backend: AwsBackend, run: Run, world: World
) -> None:
    world.visible_after = 600.0
    world.fail("CreateTrainingJob", "drop", when="after")
    with pytest.raises(OutcomeUnknown, match=f"demo-{run.id}"):
        list(backend.attend(run, plan(), ()))
    assert len(world.journal.accepted("CreateTrainingJob")) == 1


def test_when_no_look_succeeds_nothing_more_is_sent(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    world.fail("CreateTrainingJob", "drop", when="after")
    world.fail("DescribeTrainingJob", BROKEN, times=99)
    with pytest.raises(OutcomeUnknown):
        list(backend.attend(run, plan(), ()))
    assert len(world.journal.calls("CreateTrainingJob")) == 1
    pending = last_call(store, run.id)
    assert pending is not None
    assert pending.answer is None
    assert pending.params["TrainingJobName"] == f"demo-{run.id}"


def test_a_doubtful_run_is_settled_later_and_followed(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    world.visible_after = 600.0
    world.fail("CreateTrainingJob", "drop", when="after")
    with pytest.raises(OutcomeUnknown):
        list(backend.attend(run, plan(), ()))
    world.clock.sleep(600)
    end = list(backend.resume(store.get(run.id)))[-1]
    assert isinstance(end, Finished)
    assert end.status == "Completed"
    assert len(world.journal.accepted("CreateTrainingJob")) == 1
    settled = last_call(store, run.id)
    assert settled is not None
    assert settled.answer is not None


def test_a_name_that_someone_else_took_is_no_success(
    backend: AwsBackend, run: Run, world: World
) -> None:
    others = {"TrainingJobName": "fixed", "Tags": [{"Key": "awsml:run", "Value": "other"}]}
    training.create(world, "us-east-1", others)
    with pytest.raises(NameTaken, match="fixed"):
        list(backend.attend(run, plan(TrainingJobName="fixed"), ()))


def test_a_name_that_this_run_took_before_is_success(
    backend: AwsBackend, run: Run, world: World
) -> None:
    ours = {"TrainingJobName": f"demo-{run.id}", "Tags": [{"Key": "awsml:run", "Value": run.id}]}
    training.create(world, "us-east-1", ours)
    end = list(backend.attend(run, plan(), ()))[-1]
    assert isinstance(end, Finished)
    assert end.status == "Completed"
    assert world.journal.accepted("CreateTrainingJob") == []


def test_the_request_is_on_disk_before_it_is_sent(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    world.fail("CreateTrainingJob", Refusal("ValidationException", "no such image"))
    with pytest.raises(AwsRefused, match="no such image"):
        list(backend.attend(run, plan(), ()))
    names = [step.name for step in store.steps(run.id)]
    assert names == ["send CreateTrainingJob", "refused CreateTrainingJob"]
    sent = world.journal.calls("CreateTrainingJob")[0]["params"]
    assert json.loads(json.dumps(store.steps(run.id)[0].detail["params"])) == sent


def test_a_create_is_not_repeated_below_awsml(backend: AwsBackend, run: Run, world: World) -> None:
    """botocore's standard retries would send it three times."""
    world.fail("CreateTrainingJob", BROKEN, when="before", times=2)
    list(backend.attend(run, plan(), ()))
    sent = [entry["at"] for entry in world.journal.calls("CreateTrainingJob")]
    assert len(sent) == 3
    assert all(later - earlier >= 60 for earlier, later in itertools.pairwise(sent))


def test_a_batch_job_whose_answer_was_lost_is_found_by_name(
    backend: AwsBackend, run: Run, world: World
) -> None:
    world.fail("SubmitJob", "drop", when="after")
    submission = Submission(backend.aws, backend.store, run.id, world.clock.sleep, world.clock.time)
    answer = submission.send("SubmitJob", batch_job(run))
    assert answer["jobName"] == f"demo-{run.id}"
    assert len(world.journal.accepted("SubmitJob")) == 1


def test_a_batch_job_that_is_not_seen_is_not_sent_again(
    backend: AwsBackend, run: Run, world: World
) -> None:
    """Batch has no token and no unique names, so a second send could be a second paid job."""
    world.visible_after = 600.0
    world.fail("SubmitJob", "drop", when="after")
    submission = Submission(backend.aws, backend.store, run.id, world.clock.sleep, world.clock.time)
    with pytest.raises(OutcomeUnknown):
        submission.send("SubmitJob", batch_job(run))
    assert len(world.journal.calls("SubmitJob")) == 1


def test_a_batch_job_in_doubt_is_sent_again_only_when_no_listing_can_lag_behind(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    world.fail("SubmitJob", "drop", when="before")
    submission = Submission(backend.aws, store, run.id, world.clock.sleep, world.clock.time)
    with pytest.raises(OutcomeUnknown):
        submission.send("SubmitJob", batch_job(run))
    call = last_call(store, run.id)
    assert call is not None
    with pytest.raises(OutcomeUnknown):
        submission.settle(call)
    assert len(world.journal.calls("SubmitJob")) == 1
    world.clock.sleep(900)
    assert submission.settle(call)["jobName"] == f"demo-{run.id}"
    assert len(world.journal.accepted("SubmitJob")) == 1


def test_a_tuning_job_whose_answer_was_lost_is_found_by_name(
    backend: AwsBackend, run: Run, world: World
) -> None:
    operation = "CreateHyperParameterTuningJob"
    world.fail(operation, "drop", when="after")
    limits = {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1}
    params = {
        "HyperParameterTuningJobName": run.id,
        "HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": limits},
    }
    submission = Submission(backend.aws, backend.store, run.id, world.clock.sleep, world.clock.time)
    assert run.id in submission.send(operation, params)["HyperParameterTuningJobArn"]
    assert len(world.journal.accepted(operation)) == 1
