"""Batch jobs from their requests to their end: states, reasons, logs, several in one run."""

from __future__ import annotations

import pytest

from awsml.aws.refusals import AwsRefused
from awsml.backends.aws.backend import AwsBackend
from awsml.errors import UsageError
from awsml.events import Event, Finished, LogLine, Note, PhaseChanged
from awsml.plan import Call, Plan, Ref, Text, as_json, from_json
from awsml.store.run import Draft, Run, Status
from awsml.store.runs import RunStore
from tests.fake_aws import batch
from tests.fake_aws.world import Refusal, World

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


def test_looking_again_tells_no_state_twice_and_a_new_reason_once(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    slow = (("SUBMITTED", 10.0), ("RUNNABLE", 90_000.0), ("RUNNING", 60.0))
    batch.script(world, batch.Course(states=slow))
    list(store.recording(run.id, backend.start(run, CHAIN, ())))
    for reason in (None, None, "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", None):
        world.clock.sleep(100)
        if reason:
            batch.script(world, batch.Course(states=slow, waits_for=reason))
        backend.refresh(store.get(run.id))
    told = [(phase.name, (phase.detail or "").partition(": ")[2]) for phase in store.phases(run.id)]
    again = ("Runnable", "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")
    assert told == [("Runnable", "")] * 2 + [again] * 2
    assert all((phase.seconds or 0) >= 0 for phase in store.phases(run.id))


def test_states_between_making_and_running_last_as_long_as_was_seen(
    backend: AwsBackend, run: Run, store: RunStore
) -> None:
    attended(backend, run)
    seconds = {phase.name: phase.seconds for phase in store.phases(run.id)}
    assert seconds["Runnable"] is not None and 20 <= seconds["Runnable"] <= 60
    assert seconds["Running"] == 120


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


def requests_of(plan: Plan) -> tuple[dict[str, object], ...]:
    return tuple(
        {"service": c.service, "operation": c.operation, "params": as_json(c.params), "id": c.id}
        for c in plan.calls
    )


@pytest.fixture
def half_sent(backend: AwsBackend, store: RunStore, world: World) -> Run:
    """A chain of which AWS refused the second job."""
    run = store.create(Draft("batch", "demo", "aws", requests_of(CHAIN), region="us-east-1"))
    world.fail("SubmitJob", Refusal("ClientException", "the queue is disabled"), skip=1)
    with pytest.raises(AwsRefused):
        list(store.recording(run.id, backend.start(run, CHAIN, ())))
    return store.get(run.id)


def test_what_was_sent_ending_well_is_not_the_end_of_the_run(
    backend: AwsBackend, half_sent: Run, world: World, store: RunStore
) -> None:
    world.clock.sleep(1000)
    for _ in range(2):
        assert not backend.refresh(store.get(half_sent.id)).over
    (note,) = [n.text for n in store.notes(half_sent.id) if n.level == "warning"]
    assert note.startswith("1 of 2 jobs were not sent")
    assert note.endswith(f"awsml batch submit --resume {half_sent.id}")
    with pytest.raises(UsageError, match="not sent"):
        backend.follow(store.get(half_sent.id))


def test_stopping_what_was_half_sent_is_the_end_of_it(
    backend: AwsBackend, half_sent: Run, world: World, store: RunStore
) -> None:
    world.clock.sleep(1000)
    backend.stop(store.get(half_sent.id))
    assert backend.refresh(store.get(half_sent.id)).status is Status.STOPPED


def test_what_was_sent_failing_is_the_end(
    backend: AwsBackend, half_sent: Run, world: World, store: RunStore
) -> None:
    batch.script(world, batch.Course(ends="FAILED", exit_code=1))
    world.clock.sleep(1000)
    assert backend.refresh(store.get(half_sent.id)).status is Status.FAILED


def test_resuming_sends_what_is_left_and_follows_all(
    backend: AwsBackend, half_sent: Run, world: World, store: RunStore
) -> None:
    end = end_of(list(store.recording(half_sent.id, backend.resume(half_sent))))
    first, second = world.journal.accepted("SubmitJob")
    ids = store.get(half_sent.id).remote["jobs"]
    assert second["params"]["dependsOn"] == [{"jobId": ids[first["params"]["jobName"]]}]
    assert end.figures["jobs"] == {"SUCCEEDED": 2, "FAILED": 0}
    assert len(world.journal.accepted("RegisterJobDefinition")) == 1


def test_resuming_a_run_of_which_all_is_sent_sends_nothing(
    backend: AwsBackend, store: RunStore, world: World
) -> None:
    run = store.create(Draft("batch", "demo", "aws", requests_of(CHAIN), region="us-east-1"))
    attended(backend, run, CHAIN)
    list(backend.resume(store.get(run.id)))
    assert len(world.journal.calls("SubmitJob")) == 2


def test_parameters_come_back_from_the_store_as_they_were() -> None:
    params = {
        "a": Ref("output:SubmitJob/prepare.jobId"),
        "b": [Text((Ref("run"), "-x-", Ref("account"), Ref("run"))), {"ref": "main"}],
        "c": Ref("data:data", "folder/ä"),
        "tags": {"ref": "v1", "text": "x"},
        "d": {"e": None, "f": 1.5},
    }
    assert from_json(as_json(params)) == params
