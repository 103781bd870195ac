"""Whatever is killed, nothing is left running, the store tells the truth, and resume goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from awsml.backends.local.control import Wishes
from awsml.events import Event
from awsml.store.run import Run, Status
from awsml.store.runs import RunStore
from tests.backends.local.conftest import Workshop

ROOT = Path(__file__).resolve().parents[3]
STEPS = ["start", "stage", "train", "upload", "finish"]

LONG = """
    import os, pathlib, subprocess, time
    subprocess.Popen(["sleep", "{mark}"], start_new_session=True)
    pathlib.Path("/opt/ml/checkpoints/state").write_text("1")
    print("ready", flush=True)
    time.sleep(60)
"""
SHORT = """
    import pathlib
    file = pathlib.Path("/opt/ml/checkpoints/state")
    print("found", file.exists())
    file.write_text("1")
    pathlib.Path("/opt/ml/model/m").write_text("m")
"""


@pytest.fixture
def mark(tmp_path: Path) -> str:
    """A number of seconds that only this test's background process sleeps."""
    return f"7{os.getpid()}{abs(hash(tmp_path.name)) % 10**6}"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(script: str, *words: str) -> subprocess.Popen[str]:
        victim = [sys.executable, "-m", "tests.backends.local.victim"]
        process = subprocess.Popen(
            [*victim, str(tmp_path / ".awsml"), script, *words],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"`{text}` never came")


def run_id_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def processes_with(text: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text in entry.read_text(errors="replace").split("\0"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def stored(folder: Path, run_id: str) -> Run:
    with RunStore(folder / ".awsml") as store:
        return store.get(run_id)


def test_killing_the_viewer_ends_the_whole_tree(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]], mark: str
) -> None:
    viewer = start(LONG.format(mark=mark), "attached")
    run_id = run_id_of(viewer)
    read_until(viewer, "ready")
    assert eventually(lambda: bool(processes_with(mark)))
    viewer.kill()
    assert eventually(lambda: not processes_with(mark))
    assert eventually(lambda: stored(tmp_path, run_id).over)
    run = stored(tmp_path, run_id)
    assert run.status is Status.INTERRUPTED
    assert eventually(lambda: not run.watched), "the supervisor leaves as well"
    assert Workshop(tmp_path).got("s3://results/ckpt/state") == b"1"


def test_killing_the_supervisor_ends_the_whole_tree(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]], mark: str
) -> None:
    viewer = start(LONG.format(mark=mark), "attached")
    run_id = run_id_of(viewer)
    read_until(viewer, "ready")
    owner = stored(tmp_path, run_id).owner
    assert owner is not None and owner.pid != viewer.pid
    os.kill(owner.pid, signal.SIGKILL)
    assert eventually(lambda: not processes_with(mark))
    assert stored(tmp_path, run_id).status is Status.INTERRUPTED
    assert "supervisor-died" in read_until(viewer, "supervisor")


def test_a_detached_run_outlives_its_terminal(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]], mark: str
) -> None:
    viewer = start(LONG.format(mark=mark), "detached")
    run_id = run_id_of(viewer)
    assert viewer.wait(10) == 0
    assert eventually(lambda: bool(processes_with(mark)))
    run = stored(tmp_path, run_id)
    assert (run.status, run.detached, run.watched) == (Status.RUNNING, True, True)
    with RunStore(tmp_path / ".awsml") as store:
        store.ask_to_stop(run_id, "kill")
    assert eventually(lambda: stored(tmp_path, run_id).over)
    assert stored(tmp_path, run_id).status is Status.STOPPED
    assert not processes_with(mark)


@pytest.mark.parametrize(
    "step", ["stage", *(pytest.param(s, marks=pytest.mark.slow) for s in STEPS if s != "stage")]
)
def test_after_a_kill_at_any_step_resume_completes_the_run(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]], step: str
) -> None:
    victim = start(SHORT, "attached", step)
    run_id = run_id_of(victim)
    victim.wait(20)
    run = stored(tmp_path, run_id)
    assert run.status is Status.INTERRUPTED
    with RunStore(tmp_path / ".awsml") as store:
        assert store.steps(run_id)[-1].name == step, "the step was on disk before the act"

    events = resumed(tmp_path, run_id)
    assert events[-1].status == "Completed"  # type: ignore[union-attr]
    assert stored(tmp_path, run_id).status is Status.COMPLETED
    workshop = Workshop(tmp_path)
    assert workshop.got("s3://results/ckpt/state") == b"1"
    assert workshop.got("s3://results/out/job-1/output/model.tar.gz")
    assert not os.path.realpath("/opt/ml").startswith(str(tmp_path)), "no link is left"
    assert str(tmp_path) not in Path("/proc/mounts").read_text(), "no mount is left"


def test_the_steps_that_kills_are_tried_at_are_all_there_are(workshop: Workshop) -> None:
    done = workshop.run(workshop.request(SHORT))
    with RunStore(workshop.state) as store:
        assert [step.name for step in store.steps(done.run.id)] == STEPS


def test_a_running_run_cannot_be_resumed(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]], mark: str
) -> None:
    viewer = start(LONG.format(mark=mark), "attached")
    run_id = run_id_of(viewer)
    read_until(viewer, "ready")
    from awsml.errors import UsageError

    with pytest.raises(UsageError, match="is running"):
        Workshop(tmp_path).backend().take_up(run_id, detached=False)


def resumed(folder: Path, run_id: str) -> list[Event]:
    backend = Workshop(folder).backend()
    run = backend.take_up(run_id, detached=False)
    with RunStore(folder / ".awsml") as store:
        return list(backend.execute(store, run, Wishes()))
