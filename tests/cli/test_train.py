"""`awsml train` on this machine, and what follows runs: runs, status, logs, stop."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.server.server import ObjectServer
from awsml.store.run import Status
from awsml.store.runs import RunStore
from tests.conftest import CommandLine

SCENARIO = """
kind: training
name: demo
region: us-east-1
code: {dir: ./src, entry: train.py}
image: {framework: pytorch, version: "2.10"}
compute: {instance: ml.m5.xlarge}
inputs:
  train: {from: ./data, mode: file, reads: both, data: {size: 27 KB, objects: 4}}
checkpoint: {to: s3://demo-results/checkpoints/}
metrics: {loss: 'loss=([0-9.]+)'}
limits: {runtime: 15m}
output: s3://demo-results/
"""
SLEEPS = "import time\nprint('ready', flush=True)\ntime.sleep(60)\n"


@pytest.fixture
def project(awsml: CommandLine, tmp_path: Path) -> Path:
    """A scenario whose script prints a loss."""
    (tmp_path / "train.yaml").write_text(SCENARIO)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("1,2\n")
    (tmp_path / "src").mkdir()
    script(tmp_path, "print('loss=0.5', flush=True)\n")
    return tmp_path


def script(project: Path, text: str) -> None:
    (project / "src" / "train.py").write_text(text)


def test_a_job_runs_here_and_says_so_first(awsml: CommandLine, project: Path) -> None:
    ran = awsml("train")
    assert ran.code == 0
    assert ran.err.splitlines()[0] == "on this machine: demo"
    assert "algo-1  loss=0.5" in ran.err
    assert ran.out.splitlines()[1].startswith("Completed after")
    assert "s3://demo-results/demo-" in ran.out


@pytest.mark.parametrize("mode", ["file", "fastfile", "pipe"])
def test_every_input_mode_delivers_the_same_bytes(
    awsml: CommandLine, project: Path, mode: str
) -> None:
    read = "open('/opt/ml/input/data/train_0' if {pipe} else '/opt/ml/input/data/train/a.csv')"
    script(project, f"print('read', {read.format(pipe=mode == 'pipe')}.read().strip())")
    ran = awsml("train", "--input-mode", mode)
    assert ran.code == 0, ran.err
    assert "algo-1  read 1,2" in ran.err


def test_the_result_is_json_where_asked(awsml: CommandLine, project: Path) -> None:
    ran = awsml("train", "-o", "json")
    answer = json.loads(ran.out)
    assert answer["version"] == 1
    run = answer["run"]
    assert (run["status"], run["backend"], run["name"]) == ("Completed", "local", "demo")
    assert run["metrics"]["loss"]["value"] == 0.5
    assert [phase["name"] for phase in run["phases"]] == [
        *("Starting", "Downloading", "Training", "Uploading"),
    ]
    (call,) = run["requests"]
    assert call["operation"] == "CreateTrainingJob"
    assert call["params"]["TrainingJobName"] == f"demo-{run['id']}"
    assert run["predicted"]["cost"]["unit"] == "USD"


def test_a_failing_script_is_exit_code_1_with_its_reason(awsml: CommandLine, project: Path) -> None:
    script(project, "raise SystemExit('the data is empty')")
    ran = awsml("train")
    assert ran.code == 1
    assert ran.out.splitlines()[1].startswith("Failed after")
    assert "the data is empty" in ran.out


def test_what_this_machine_cannot_run_is_exit_code_3(awsml: CommandLine, project: Path) -> None:
    ran = awsml("train", "--set", "inputs.train.from=./nothing")
    assert ran.code == 3
    assert "error[channel-missing]" in ran.err
    assert "Traceback" not in ran.err
    assert not (project / ".awsml").exists(), "refused before a run was made"


def test_a_dry_run_starts_nothing(awsml: CommandLine, project: Path) -> None:
    ran = awsml("train", "--dry-run")
    assert ran.code == 0
    assert "CreateTrainingJob" in ran.out
    assert not (project / ".awsml" / "runs.db").exists()


def test_errors_of_the_scenario_start_nothing(awsml: CommandLine, project: Path) -> None:
    ran = awsml("train", "--set", "compute.count=0")
    assert ran.code in (1, 2)
    assert not (project / ".awsml" / "runs.db").exists()


def test_runs_status_and_logs_tell_of_a_run(awsml: CommandLine, project: Path) -> None:
    assert awsml("runs").out == "no runs\n"
    awsml("train")
    script(project, "raise SystemExit(3)")
    awsml("train")
    listed = json.loads(awsml("runs", "-o", "json").out)["runs"]
    assert [run["status"] for run in listed] == ["Failed", "Completed"]
    assert awsml("runs", "--status", "Completed").out.count("\n") == 2
    first = listed[1]["id"]
    assert first in awsml("status", first).out
    assert awsml("logs", first).out == "loss=0.5\n"
    assert awsml("logs", first, "--tail", "0").out == ""
    assert awsml("logs", "-f", first, "--since", "1h").out == "loss=0.5\n"


@pytest.mark.parametrize("command", ["status", "logs", "stop"])
def test_a_run_that_is_not_there_is_said(awsml: CommandLine, project: Path, command: str) -> None:
    ran = awsml(command, "nope")
    assert (ran.code, "error[no-such-run]" in ran.err) == (2, True)
    assert not (project / ".awsml").exists()


def test_a_detached_run_is_followed_and_stopped(awsml: CommandLine, project: Path) -> None:
    script(project, SLEEPS)
    ran = awsml("train", "--detach")
    assert ran.code == 0
    assert "goes on; follow it: awsml logs -f" in ran.err
    assert _eventually(lambda: "ready" in awsml("logs").out)
    assert json.loads(awsml("status", "-o", "json").out)["run"]["phase"] == "Training"
    stopped = awsml("stop", "--now")
    assert stopped.code == 0
    assert "is Stopped: stopped by the user" in stopped.err
    assert "is over: Stopped" in awsml("stop").err


def test_resume_goes_on_from_the_checkpoint(awsml: CommandLine, project: Path) -> None:
    script(
        project,
        "import pathlib, sys\n"
        "file = pathlib.Path('/opt/ml/checkpoints/state')\n"
        "if file.exists():\n    print('found', file.read_text())\n    sys.exit(0)\n"
        "file.write_text('half')\nsys.exit(1)\n",
    )
    assert awsml("train").code == 1
    ran = awsml("train", "--resume", "last")
    assert ran.code == 0, ran.err
    assert "algo-1  found half" in ran.err
    assert ran.out.count("on AWS: programs and packages") == 1
    assert len(json.loads(awsml("runs", "-o", "json").out)["runs"]) == 1
    again = awsml("train", "--resume", "last")
    assert (again.code, "error[nothing-to-resume]" in again.err) == (2, True)


def test_an_interruption_is_rehearsed(awsml: CommandLine, project: Path) -> None:
    script(
        project,
        "import pathlib, time\n"
        "file = pathlib.Path('/opt/ml/checkpoints/state')\n"
        "known = file.exists() and file.read_text()\n"
        "file.write_text('1')\n"
        "time.sleep(0 if known else 60)\n",
    )
    ran = awsml("train", "--interrupt", "1s", "-o", "json")
    assert ran.code == 0, ran.err
    (account,) = json.loads(ran.out)["run"]["figures"]["reclaims"]
    assert account["checkpoint"] == "s3://demo-results/checkpoints/state"
    half = awsml("train", "--interrupt", "50%", "-o", "json")
    assert half.code == 0, half.err


def test_when_to_interrupt_has_to_be_readable(awsml: CommandLine, project: Path) -> None:
    ran = awsml("train", "--interrupt", "soon")
    assert (ran.code, "error[interrupt-unreadable]" in ran.err) == (2, True)


def test_data_may_come_from_another_endpoint(
    awsml: CommandLine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = ObjectFolder(project / "far")
    far.create_bucket("there")
    far.put("there", "train/a.csv", b"far")
    script(project, "print(open('/opt/ml/input/data/train/a.csv').read())\n")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    from_there = ("--set", "inputs.train.from=s3://there/train/")
    assert "there is no bucket `there`" in awsml("train", *from_there).err
    with ObjectServer(far) as server:
        ran = awsml("train", *from_there, "--endpoint-url", server.url)
    assert ran.code == 0, ran.err
    assert "3 B to read from the endpoint" in ran.err
    assert "algo-1  far" in ran.err


Started = tuple[subprocess.Popen[bytes], int]


@pytest.fixture
def on_terminal(project: Path) -> Iterator[Callable[..., Started]]:
    """`awsml` on a terminal of its own, in the foreground of it."""
    started: list[Started] = []

    def start(*words: str) -> Started:
        controller, terminal = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.on_terminal", *words],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            cwd=project,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm"},
            start_new_session=True,
        )
        os.close(terminal)
        started.append((process, controller))
        return process, controller

    yield start
    for process, controller in started:
        process.kill()
        process.wait()
        os.close(controller)


def test_ctrl_c_on_a_terminal_asks_and_detaches(
    project: Path, on_terminal: Callable[..., Started]
) -> None:
    script(project, SLEEPS)
    process, terminal = on_terminal("train")
    _read_until(terminal, b"ready")
    os.write(terminal, b"\x03")
    _read_until(terminal, b"ontinue watching?")
    os.write(terminal, b"d\n")
    assert process.wait(10) == 0
    with RunStore(project / ".awsml") as store:
        run = store.get("last")
        assert (run.status, run.watched) == (Status.RUNNING, True)
        store.ask_to_stop(run.id, "kill")
        assert _eventually(lambda: store.get(run.id).over)


def test_ctrl_c_twice_at_a_terminal_kills(
    project: Path, on_terminal: Callable[..., Started]
) -> None:
    script(project, "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPS)
    process, terminal = on_terminal("train")
    _read_until(terminal, b"ready")
    os.write(terminal, b"\x03")
    _read_until(terminal, b"ontinue watching?")
    os.write(terminal, b"s\n")
    _read_until(terminal, b"Stopping")
    os.write(terminal, b"\x03")
    assert process.wait(10) == 1
    with RunStore(project / ".awsml") as store:
        assert store.get("last").status is Status.STOPPED


def test_a_terminal_shows_phase_and_metrics_on_one_line(
    project: Path, on_terminal: Callable[..., Started]
) -> None:
    script(
        project,
        "import time\nfor i in range(30):\n  print('loss=0.5', flush=True)\n  time.sleep(.05)",
    )
    process, terminal = on_terminal("train")
    _read_until(terminal, b"loss 0.5")
    os.write(terminal, b"")
    _read_until(terminal, b"Completed after")
    assert process.wait(10) == 0


def test_ctrl_c_off_a_terminal_stops(project: Path) -> None:
    script(project, SLEEPS)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.on_terminal", "train"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if b"ready" in line:
            break
    process.send_signal(signal.SIGINT)
    for line in process.stdout:
        if b"Stopping" in line:
            break
    process.send_signal(signal.SIGINT)
    said = process.stdout.read()
    assert process.wait(10) == 1
    process.stdout.close()
    assert b"Stopped after" in said


def _read_until(terminal: int, text: bytes, seconds: float = 10.0) -> bytes:
    end, seen = time.monotonic() + seconds, b""
    while text not in seen:
        left = end - time.monotonic()
        assert left > 0 and select.select([terminal], [], [], left)[0], seen
        try:
            seen += os.read(terminal, 4096)
        except OSError:
            raise AssertionError(seen) from None
    return seen


def _eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
