"""Batch jobs from their requests to their end: states, reasons, logs, several in one run."""

from __future__ import annotations

import pytest

from awsml.backends.aws.backend import AwsBackend
from awsml.events import Event, Finished, LogLine, Note, PhaseChanged
from awsml.plan import Call, Plan, Ref, Text
from awsml.store.run import Draft, Run, Status
from awsml.store.runs import RunStore
from tests.fake_aws import batch
from tests.fake_aws.world import World

DEFINITION = Call("batch", "RegisterJobDefinition", {"jobDefinitionName": "d", "type": "container"})


def job(step: str = "", after: str = "") -> Call:
    params = {
        "jobName": Text((f"demo-{step}-" if step else "demo-", Ref("run"))),
        "jobQueue": "q",
        "jobDefinition": Ref("output:RegisterJobDefinition.jobDefinitionArn"),
    }
    if after:
        params["dependsOn"] = [{"jobId": Ref(f"output:SubmitJob/{after}.jobId")}]
    return Call("batch", "SubmitJob", params, id=step or None)


ONE = Plan("batch", "demo", (DEFINITION, job()))
CHAIN = Plan("batch", "demo", (DEFINITION, job("prepare"), job("train", "prepare")))


@pytest.fixture
def run(store: RunStore) -> Run:
    return store.create(Draft("batch", "demo", "aws", region="us-east-1"))


def attended(backend: AwsBackend, run: Run, plan: Plan = ONE) -> list[Event]:
    return list(backend.store.recording(run.id, backend.attend(run, plan, ())))


def end_of(events: list[Event]) -> Finished:
    end = events[-1]
    assert isinstance(end, Finished)
    return end


def test_a_job_shows_its_states_its_log_and_its_end(
    backend: AwsBackend, run: Run, world: World
) -> None:
    batch.script(world, batch.Course(lines=("epoch 1", "epoch 2")))
    events = attended(backend, run)
    phases = [event.phase for event in events if isinstance(event, PhaseChanged)]
    assert phases[0] == "Submitted"
    assert phases[-2:] == ["Running", "Succeeded"]
    assert [e.text for e in events if isinstance(e, LogLine)] == ["epoch 1", "epoch 2"]
    end = end_of(events)
    assert (end.status, end.reason) == ("Completed", None)
    assert end.figures["jobs"] == {"SUCCEEDED": 1, "FAILED": 0}
    assert end.figures["running_seconds"] == 120
    assert end.figures["exit_code"] == 0


def test_why_a_job_waits_is_told(backend: AwsBackend, run: Run, world: World) -> None:
    stuck = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    states = (("SUBMITTED", 10.0), ("RUNNABLE", 300.0), ("RUNNING", 60.0))
    batch.script(world, batch.Course(states=states, waits_for=stuck))
    events = attended(backend, run)
    told = [event.detail for event in events if isinstance(event, PhaseChanged)]
    notes = [event.text for event in events if isinstance(event, Note)]
    assert any(stuck in (text or "") for text in [*told, *notes])


def test_a_failure_is_told_in_batch_s_and_the_container_s_words(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    killed = "OutOfMemoryError: Container killed due to memory usage"
    batch.script(world, batch.Course(ends="FAILED", reason=killed, exit_code=137))
    end = end_of(attended(backend, run))
    assert end.status == "Failed"
    assert end.reason == f"Essential container in task exited, {killed}, exit code: 137"
    assert store.get(run.id).status is Status.FAILED


def test_a_later_job_waits_for_the_id_of_an_earlier_one(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    end = end_of(attended(backend, run, CHAIN))
    first, second = world.journal.accepted("SubmitJob")
    assert end.figures["jobs"] == {"SUCCEEDED": 2, "FAILED": 0}
    ids = store.get(run.id).remote["jobs"]
    assert second["params"]["dependsOn"] == [{"jobId": ids[first["params"]["jobName"]]}]
    assert len(ids) == 2


def test_a_look_at_all_jobs_costs_one_call(backend: AwsBackend, run: Run, world: World) -> None:
    list(backend.start(run, CHAIN, ()))
    before = len(world.journal.calls("DescribeJobs"))
    backend.refresh(backend.store.get(run.id))
    assert len(world.journal.calls("DescribeJobs")) == before + 1


def test_a_stop_ends_every_job_and_says_so(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    list(store.recording(run.id, backend.start(run, CHAIN, ())))
    backend.stop(store.get(run.id))
    assert len(world.journal.accepted("TerminateJob")) == 2
    end = end_of(list(backend.follow(store.get(run.id))))
    assert end.status == "Stopped"


def test_the_log_is_there_after_the_fact(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    batch.script(world, batch.Course(lines=("one", "two", "three")))
    list(store.recording(run.id, backend.start(run, ONE, ())))
    world.clock.sleep(1000)
    backend.refresh(store.get(run.id))
    world.clock.sleep(1000)
    lines = backend.logs(store.get(run.id), None, 2)
    assert [line.text for line in lines] == ["two", "three"]
