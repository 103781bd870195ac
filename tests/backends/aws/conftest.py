"""A fake AWS, a session that reaches it, and a run store, all on one scripted clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from awsml.aws.session import Session
from awsml.backends.aws.backend import AwsBackend
from awsml.plan import Call, Plan, Ref, Text
from awsml.store.run import Draft, Run
from awsml.store.runs import RunStore
from tests.fake_aws.server import FakeAws
from tests.fake_aws.world import World

ROLE = "arn:aws:iam::111122223333:role/trainer"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Made-up credentials, and no configuration of the machine that runs the tests."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeAws]:
    with FakeAws(tmp_path) as fake:
        yield fake


@pytest.fixture
def world(fake: FakeAws) -> World:
    return fake.world


@pytest.fixture
def session(fake: FakeAws) -> Session:
    return Session(None, "us-east-1", fake.url, read_seconds=1.0, attempts=2)


@pytest.fixture
def store(tmp_path: Path, world: World) -> Iterator[RunStore]:
    store = RunStore(tmp_path / ".awsml", world.clock.time)
    yield store
    store.close()


@pytest.fixture
def backend(session: Session, store: RunStore, world: World) -> AwsBackend:
    return AwsBackend(session, store, world.clock.time, world.clock.sleep, every=30.0)


@pytest.fixture
def run(store: RunStore) -> Run:
    return store.create(Draft("training", "demo", "aws", region="us-east-1"))


def request(**changes: Any) -> dict[str, Any]:
    """A CreateTrainingJob as the training kind compiles it."""
    params: dict[str, Any] = {
        "TrainingJobName": Text(("demo-", Ref("run"))),
        "AlgorithmSpecification": {
            "TrainingImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/train:1",
            "TrainingInputMode": "File",
        },
        "RoleArn": ROLE,
        "OutputDataConfig": {
            "S3OutputPath": Text(("s3://", Ref("default-bucket"), "/awsml/demo/"))
        },
        "ResourceConfig": {
            "InstanceType": "ml.g5.xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    return params | changes


def plan(**changes: Any) -> Plan:
    call = Call("sagemaker", "CreateTrainingJob", request(**changes))
    return Plan("training", "demo", (call,), region="us-east-1")
