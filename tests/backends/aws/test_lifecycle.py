"""A training job from its request to its end, one test an outcome."""

from __future__ import annotations

from collections.abc import Iterable

from awsml.backends.aws.backend import AwsBackend
from awsml.events import Event, Finished, LogLine, MetricPoint, Note, PhaseChanged, Started
from awsml.store.run import Run, Status
from awsml.store.runs import RunStore
from tests.backends.aws.conftest import plan
from tests.fake_aws import training
from tests.fake_aws.world import World


def attended(backend: AwsBackend, run: Run, **more: object) -> list[Event]:
    events = backend.attend(run, plan(**more), ())
    return list(backend.store.recording(run.id, events))


def phases(events: Iterable[Event]) -> list[str]:
    return [event.phase for event in events if isinstance(event, PhaseChanged)]


def test_a_run_says_first_where_it_is(backend: AwsBackend, run: Run) -> None:
    first = attended(backend, run)[0]
    assert first == Started(run.id, "on AWS account 111122223333, us-east-1", "demo")


def test_a_completed_job_shows_its_phases_logs_metrics_and_figures(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    lines = ((1.0, 1, "epoch 1"), (100.0, 1, "epoch 2"))
    training.script(world, training.Course(lines=lines, metrics=(("val_acc", 0.75),)))
    events = attended(backend, run)
    assert phases(events) == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    logs = [(event.stream, event.text) for event in events if isinstance(event, LogLine)]
    assert logs == [("algo-1", "epoch 1"), ("algo-1", "epoch 2")]
    assert [e.value for e in events if isinstance(e, MetricPoint)] == [0.75]
    end = events[-1]
    assert isinstance(end, Finished)
    assert (end.status, end.reason) == ("Completed", None)
    assert end.figures["billable_seconds"] == 330
    assert store.get(run.id).status is Status.COMPLETED


def test_every_host_s_lines_are_shown_and_one_call_a_look_reads_them(
    backend: AwsBackend, run: Run, world: World
) -> None:
    lines = ((1.0, 1, "from one"), (2.0, 2, "from two"), (3.0, 3, "from three"))
    training.script(world, training.Course(lines=lines))
    resources = {"InstanceType": "ml.g5.xlarge", "InstanceCount": 3, "VolumeSizeInGB": 30}
    events = attended(backend, run, ResourceConfig=resources)
    assert [e.stream for e in events if isinstance(e, LogLine)] == ["algo-1", "algo-2", "algo-3"]
    looks = len(world.journal.calls("DescribeTrainingJob"))
    assert len(world.journal.calls("FilterLogEvents")) == looks


def test_an_interrupted_spot_job_goes_on_and_tells_what_it_saved(
    backend: AwsBackend, run: Run, world: World
) -> None:
    course = training.interrupted(2)
    lines = ((1.0, 1, "hello"),)
    training.script(world, training.Course(course.phases, lines=lines, billable_share=0.3))
    limits = {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}
    events = attended(backend, run, EnableManagedSpotTraining=True, StoppingCondition=limits)
    end = events[-1]
    assert isinstance(end, Finished)
    assert phases(events).count("Interrupted") == end.figures["interruptions"] == 2
    assert [e.text for e in events if isinstance(e, LogLine)] == ["hello"] * 3
    assert end.figures["training_seconds"] == 120 + 120 + 330
    assert end.figures["saved_seconds"] == 570 - 171


def test_a_failed_job_ends_with_aws_s_reason(backend: AwsBackend, run: Run, world: World) -> None:
    training.script(world, training.failed("AlgorithmError: ExecuteUserScriptError: ExitCode 7"))
    end = attended(backend, run)[-1]
    assert isinstance(end, Finished)
    assert (end.status, end.reason) == (
        "Failed",
        "AlgorithmError: ExecuteUserScriptError: ExitCode 7",
    )


def test_a_job_stopped_by_its_limit_is_stopped_and_says_which(
    backend: AwsBackend, run: Run
) -> None:
    end = attended(backend, run, StoppingCondition={"MaxRuntimeInSeconds": 100})[-1]
    assert isinstance(end, Finished)
    assert end.status == "Stopped"
    assert end.reason == "stopped by its limit: MaxRuntimeInSeconds 100"


def test_a_spot_job_that_waits_too_long_says_which_limit(
    backend: AwsBackend, run: Run, world: World
) -> None:
    training.script(world, training.Course(phases=(("Starting", 9000.0),)))
    limits = {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 3600}
    events = attended(backend, run, EnableManagedSpotTraining=True, StoppingCondition=limits)
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.reason == "stopped by its limit: MaxWaitTimeInSeconds 3600"


def test_without_capacity_an_attended_run_takes_the_next_type(
    backend: AwsBackend, run: Run, world: World, store: RunStore
) -> None:
    training.script(world, training.CAPACITY, f"demo-{run.id}")
    attempts = backend.attend(run, plan(), (), fallback=["ml.g6.xlarge"])
    events = list(store.recording(run.id, attempts))
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.status == "Completed"
    once = ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert phases(events) == ["Starting", "Failed", *once]
    assert end.figures["instance"] == "ml.g6.xlarge"
    jobs = world.journal.accepted("CreateTrainingJob")
    assert [job["params"]["ResourceConfig"]["InstanceType"] for job in jobs] == [
        "ml.g5.xlarge",
        "ml.g6.xlarge",
    ]
    assert [child.status for child in store.children(run.id)] == [Status.COMPLETED]


def test_aws_s_own_preferences_leave_no_fallback_to_awsml(
    backend: AwsBackend, run: Run, world: World
) -> None:
    training.script(world, training.CAPACITY)
    preferred = {"InstancePreferences": [{"InstanceType": "ml.g5.xlarge", "InstanceCount": 1}]}
    resources = {**preferred, "VolumeSizeInGB": 30}
    end = list(backend.attend(run, plan(ResourceConfig=resources), (), fallback=["ml.g6.xlarge"]))[
        -1
    ]
    assert isinstance(end, Finished)
    assert end.status == "Failed"
    assert len(world.journal.accepted("CreateTrainingJob")) == 1


def test_another_failure_takes_no_fallback(backend: AwsBackend, run: Run, world: World) -> None:
    training.script(world, training.failed("AlgorithmError: exit code 1"))
    list(backend.attend(run, plan(), (), fallback=["ml.g6.xlarge"]))
    assert len(world.journal.accepted("CreateTrainingJob")) == 1


def test_what_aws_says_of_a_phase_anew_is_a_note(
    backend: AwsBackend, run: Run, world: World
) -> None:
    events = backend.attend(run, plan(), ())
    for event in events:
        if isinstance(event, PhaseChanged) and event.phase == "Starting":
            job = world.get("us-east-1", training.KIND, f"demo-{run.id}")
            assert job is not None
            job["message"] = "Insufficient capacity, retrying"
            break
    assert Note("Starting: Insufficient capacity, retrying") in list(events)
