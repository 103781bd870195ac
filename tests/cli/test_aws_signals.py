"""Ctrl-C and SIGTERM while a run on AWS is watched: the run stays, unless it is asked to stop."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from awsml.store.run import Status
from awsml.store.runs import RunStore
from tests.cli.aws_project import project
from tests.fake_aws.world import World

__all__ = ["project"]

ROOT = Path(__file__).parents[2]
TRAIN = [sys.executable, "-m", "tests.cli.on_terminal", "train", "--on", "aws", "-y"]
Process = subprocess.Popen[bytes]


@pytest.fixture
def started(project: World, tmp_path: Path) -> Iterator[Callable[[bool], tuple[Process, int]]]:
    """`awsml train --on aws`, on a terminal of its own or on none; and where it writes."""
    processes: list[tuple[Process, int]] = []
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}

    def start(terminal: bool) -> tuple[Process, int]:
        ours, theirs = pty.openpty() if terminal else os.pipe()
        given = theirs if terminal else subprocess.DEVNULL
        process = subprocess.Popen(
            TRAIN,
            stdin=given,
            stdout=theirs,
            stderr=theirs,
            cwd=tmp_path,
            env=environ,
            start_new_session=True,
        )
        os.close(theirs)
        processes.append((process, ours))
        return process, ours

    yield start
    for process, ours in processes:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(stream: int, words: bytes) -> bytes:
    """What was written up to these words; the test's time limit is the limit."""
    seen = b""
    while words not in seen:
        seen += os.read(stream, 4096)
    return seen


def stops_asked(world: World) -> int:
    return len(world.journal.accepted("StopTrainingJob"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_off_a_terminal_a_signal_leaves_the_run_alone_and_says_so(
    number: signal.Signals,
    started: Callable[[bool], tuple[Process, int]],
    project: World,
    tmp_path: Path,
) -> None:
    process, stream = started(False)
    read_until(stream, b"Starting")
    process.send_signal(number)
    read_until(stream, b"goes on at AWS; follow it: awsml logs -f")
    assert process.wait(20) == 128 + number
    assert stops_asked(project) == 0
    with RunStore(tmp_path / ".awsml") as store:
        assert store.get("last").status is Status.RUNNING


def test_on_a_terminal_ctrl_c_asks_and_detaches(
    started: Callable[[bool], tuple[Process, int]], project: World
) -> None:
    process, terminal = started(True)
    read_until(terminal, b"Starting")
    os.write(terminal, b"\x03")
    read_until(terminal, b"ontinue watching?")
    os.write(terminal, b"d\n")
    read_until(terminal, b"goes on at AWS")
    assert process.wait(20) == 0
    assert stops_asked(project) == 0


def test_on_a_terminal_ctrl_c_asks_and_stops(
    started: Callable[[bool], tuple[Process, int]], project: World
) -> None:
    process, terminal = started(True)
    read_until(terminal, b"Starting")
    os.write(terminal, b"\x03")
    read_until(terminal, b"ontinue watching?")
    os.write(terminal, b"s\n")
    read_until(terminal, b"AWS was asked to stop it")
    assert stops_asked(project) == 1
    project.clock.sleep(100)
    read_until(terminal, b"stopped on request")
    assert process.wait(20) == 1
