"""A look that fails says nothing about the job; a job is watched with two calls a look."""

from __future__ import annotations

import pytest

from awsml.backends.aws.backend import AwsBackend
from awsml.backends.aws.follow import LostSight
from awsml.backends.aws.listing import training_jobs
from awsml.events import Event, Finished, LogLine, Note, PhaseChanged
from awsml.store.run import Run
from awsml.store.runs import RunStore
from tests.backends.aws.conftest import plan
from tests.fake_aws import training
from tests.fake_aws.world import Refusal, World

BROKEN = Refusal("InternalFailure", "we broke", 500)
THROTTLED = Refusal("ThrottlingException", "Rate exceeded")
EXPIRED = Refusal("ExpiredTokenException", "The security token included is expired", 403)


@pytest.fixture
def started(backend: AwsBackend, run: Run, store: RunStore) -> Run:
    list(store.recording(run.id, backend.start(run, plan(), ())))
    return store.get(run.id)


def warnings(events: list[Event]) -> list[str]:
    return [e.text for e in events if isinstance(e, Note) and e.level == "warning"]


@pytest.mark.parametrize("operation", ["DescribeTrainingJob", "FilterLogEvents"])
@pytest.mark.parametrize("how", ["drop", BROKEN, THROTTLED], ids=["drop", "500", "throttled"])
def test_a_failed_look_is_never_a_failed_job(
    backend: AwsBackend, started: Run, world: World, operation: str, how: str | Refusal
) -> None:
    world.fail(operation, how, times=3, skip=1)  # more than botocore's two attempts
    events = list(backend.follow(started))
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.status == "Completed"
    assert ["the job goes on, trying again" in text for text in warnings(events)] == [True]
    assert Note("AWS answers again") in events


def test_after_a_quarter_of_an_hour_without_sight_a_person_is_told(
    backend: AwsBackend, started: Run, world: World
) -> None:
    world.fail("DescribeTrainingJob", Refusal("ValidationException", "strange"), times=999)
    begun = world.clock.now
    with pytest.raises(LostSight, match="goes on at AWS unseen"):
        list(backend.follow(started))
    assert 900 < world.clock.now - begun < 1000


def test_expired_credentials_are_told_at_once(
    backend: AwsBackend, started: Run, world: World
) -> None:
    world.fail("DescribeTrainingJob", EXPIRED, skip=1)
    with pytest.raises(LostSight) as error:
        list(backend.follow(started))
    assert "aws sso login" in str(error.value.hint)
    assert f"awsml logs -f {started.id}" in str(error.value.hint)


def test_following_again_repeats_nothing(
    backend: AwsBackend, started: Run, world: World, store: RunStore
) -> None:
    lines = ((1.0, 1, "one"), (200.0, 1, "two"))
    training.script(world, training.Course(lines=lines, metrics=(("loss", 0.5),)))
    job = world.get("us-east-1", training.KIND, f"demo-{started.id}")
    assert job is not None
    job["course"] = training.Course(lines=lines, metrics=(("loss", 0.5),))
    for event in store.recording(started.id, backend.follow(started)):
        if isinstance(event, LogLine):
            break  # the process leaves in mid-run
    list(store.recording(started.id, backend.follow(started)))
    assert [line.text for line in store.logs(started.id)] == ["one", "two"]
    names = [phase.name for phase in store.phases(started.id)]
    assert names == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert len(store.series(started.id)) == 1


def test_a_line_that_is_ingested_late_is_still_shown_and_none_twice(
    backend: AwsBackend, started: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fake_aws.logs._INGESTION_SECONDS", 25.0)
    job = world.get("us-east-1", training.KIND, f"demo-{started.id}")
    assert job is not None
    many = tuple((float(second), 1, f"line {second}") for second in range(0, 290, 7))
    job["course"] = training.Course(lines=many)
    texts = [e.text for e in backend.follow(started) if isinstance(e, LogLine)]
    assert texts == [text for _, _, text in many]


def test_a_look_costs_one_describe_and_one_read_of_the_logs(
    backend: AwsBackend, started: Run, world: World
) -> None:
    before = len(world.journal.entries)
    list(backend.follow(started))
    operations = [entry["operation"] for entry in world.journal.entries[before:]]
    looks = operations.count("DescribeTrainingJob")
    assert operations == ["DescribeTrainingJob", "FilterLogEvents"] * looks
    assert looks <= 390 / 30 + 2


def test_a_refresh_reads_no_logs_and_tells_what_is_new(
    backend: AwsBackend, started: Run, world: World, store: RunStore
) -> None:
    world.clock.sleep(100)
    assert backend.refresh(started).phase == "Training"
    world.clock.sleep(1000)
    assert backend.refresh(store.get(started.id)).status == "Completed"
    assert world.journal.calls("FilterLogEvents") == []
    assert [phase.name for phase in store.phases(started.id)][-1] == "Completed"


def test_stopping_a_job_that_is_over_is_no_error(
    backend: AwsBackend, started: Run, world: World
) -> None:
    world.clock.sleep(1000)
    backend.stop(started)


def test_a_stop_shows_as_phases_and_an_end(backend: AwsBackend, started: Run, world: World) -> None:
    world.clock.sleep(100)
    backend.stop(started)
    events = list(backend.follow(started))
    phases = [event.phase for event in events if isinstance(event, PhaseChanged)]
    assert phases[-2:] == ["Stopping", "Stopped"]
    end = events[-1]
    assert isinstance(end, Finished)
    assert (end.status, end.reason) == ("Stopped", "stopped on request")


def test_many_jobs_are_full_pages_five_a_second(backend: AwsBackend, world: World) -> None:
    """Ten thousand jobs would be a hundred pages, twenty seconds."""
    for number in range(2_000):
        training.create(world, "us-east-1", {"TrainingJobName": f"job-{number}"})
    waits: list[float] = []
    jobs = list(training_jobs(backend.aws, 10_000, waits.append))
    assert len({job.name for job in jobs}) == 2_000
    assert len(world.journal.calls("ListTrainingJobs")) == 20
    assert waits == [0.2] * 19


def test_the_newest_jobs_cost_one_page(backend: AwsBackend, world: World) -> None:
    for number in range(300):
        world.clock.sleep(1)
        training.create(world, "us-east-1", {"TrainingJobName": f"job-{number}"})
    assert [job.name for job in training_jobs(backend.aws, 2)] == ["job-299", "job-298"]
    assert len(world.journal.calls("ListTrainingJobs")) == 1
