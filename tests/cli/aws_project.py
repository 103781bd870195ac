"""A project whose `--on aws` reaches the fake AWS, on the fake's clock."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsml.cli import aws_run, subject
from awsml.store.runs import RunStore
from tests.conftest import CommandLine
from tests.fake_aws import identity, s3
from tests.fake_aws.server import FakeAws
from tests.fake_aws.world import World

ROLE = "arn:aws:iam::111122223333:role/trainer"
SCENARIO = f"""
kind: training
name: demo
region: us-east-1
role: {ROLE}
code: {{dir: ./src, entry: train.py}}
image: {{framework: pytorch, version: "2.10"}}
compute: {{instance: ml.g5.xlarge, volume: 50 GB}}
inputs:
  train: {{from: s3://acme-data/train/, mode: fastfile, data: {{size: 1 GB, objects: 10}}}}
workload: {{epochs: 1, samples: 1000, samples_per_second: 10}}
limits: {{runtime: 1h}}
output: s3://acme-runs/demo/
"""
SPOT = "spot: {max_wait: 2h, checkpoint: s3://acme-runs/ckpt/, every: 5m}\n"


@pytest.fixture
def project(awsml: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The fake's world; the folder holds one scenario and its script."""
    (tmp_path / "train.yaml").write_text(SCENARIO)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print('hello')\n")
    (tmp_path / "awsml.yaml").write_text("")
    for name, value in {"ACCESS_KEY_ID": "AKIATEST", "SECRET_ACCESS_KEY": "secret"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    with FakeAws(tmp_path) as fake:
        monkeypatch.setenv("AWS_ENDPOINT_URL", fake.url)
        _on_clock(monkeypatch, fake.world)
        identity.add_role(fake.world, "trainer")
        s3.add_bucket(fake.world, "acme-data")["train/part-0"] = b"data"
        s3.add_bucket(fake.world, "acme-runs")
        yield fake.world
    monkeypatch.undo()
    time.tzset()


def _on_clock(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Waiting passes the fake's time, and runs are dated by it."""
    store = functools.partial(RunStore, clock=world.clock.time)
    monkeypatch.setattr(aws_run, "RunStore", store)
    monkeypatch.setattr(subject, "RunStore", store)
    monkeypatch.setattr(
        aws_run.Attendant, "_sleep", lambda self, seconds: world.clock.sleep(seconds)
    )


def normal(text: str) -> str:
    """Run ids and the port differ from test to test."""
    text = re.sub(r"\b\d{6}-\d{6}-[a-z0-9]{3}(?=\b|-)", "RUN", text)
    return re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
