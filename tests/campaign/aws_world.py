"""A fake AWS for one try, and projects whose commands reach it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.campaign.driver import Bench, Place
from tests.campaign.projects import BATCH_YAML, ROLE, Work
from tests.fake_aws import identity, s3
from tests.fake_aws.server import FakeAws
from tests.fake_aws.world import World

_TICK_SECONDS = 30.0  # a job is over after a few looks
_SCRIPT = {"src/train.py": "print('hello')\n", "awsml.yaml": ""}
_TRIAL = """\
  code: {dir: ./src, entry: train.py}
  image: {framework: pytorch, version: "2.10"}
  compute: {instance: ml.g5.xlarge, volume: 50 GB}
  workload: {compute: 5m}
  metrics: {loss: 'loss=([0-9.]+)'}
  limits: {runtime: 1h}
"""
_TRAIN = f"kind: training\nname: demo\nregion: us-east-1\nrole: {ROLE}\n{_TRIAL}".replace(
    "\n  ", "\n"
)
_TUNE = f"""\
kind: tuning
name: demo
region: us-east-1
role: {ROLE}
training:
{_TRIAL}objective: {{metric: loss, goal: minimize}}
budget: {{trials: 3, parallel: 1}}
parameters: {{lr: {{low: 1e-5, high: 1e-1}}}}
"""
_BATCH = BATCH_YAML.replace("array: 3\n", "").replace(", EFFECTS", "").replace("cpus: 1", "cpus: 2")
_STEPS = _BATCH.replace("command: [python3, train.py]\n", "") + (
    "steps:\n"
    "  prepare: {command: [python3, train.py]}\n"
    "  train: {command: [python3, train.py], depends_on: [prepare]}\n"
    "  report: {command: [python3, train.py], depends_on: [train]}\n"
)
_ENDPOINT = f"""\
kind: endpoint
name: demo
region: us-east-1
role: {ROLE}
model:
  data: ./model
  image: {{uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/m:1"}}
compute: {{instance: ml.g5.xlarge, count: 1}}
autoscaling: {{min: 1, max: 4, target: 100}}
"""
_ON_AWS = ("--on", "aws", "-y")


@dataclass(frozen=True, eq=False)
class Sent:
    """One command on AWS; `operation` is what may be accepted so many `times`, and no more."""

    work: Work
    operation: str
    times: int = 1


TRAIN = Sent(
    Work(
        "train",
        ("train", *_ON_AWS),
        {"train.yaml": _TRAIN, **_SCRIPT},
        ("train", "--resume", "last"),
    ),
    "CreateTrainingJob",
)
HPO = Sent(
    Work("hpo", ("hpo", *_ON_AWS), {"tune.yaml": _TUNE, **_SCRIPT}, ("hpo", "--resume", "last")),
    "CreateHyperParameterTuningJob",
)
_RESUME = ("batch", "submit", "--resume", "last")
BATCH = Sent(
    Work("batch submit", ("batch", "submit", *_ON_AWS), {"b.yaml": _BATCH, **_SCRIPT}, _RESUME),
    "SubmitJob",
)
STEPS = Sent(
    Work(
        "batch submit (three steps)",
        ("batch", "submit", *_ON_AWS),
        {"b.yaml": _STEPS, **_SCRIPT},
        _RESUME,
    ),
    "SubmitJob",
    3,
)

ENDPOINT = Work(
    "endpoint deploy",
    ("endpoint", "deploy", *_ON_AWS),
    {"endpoint.yaml": _ENDPOINT, "model/weights": "1", **_SCRIPT},
)
STACK = Work("batch deploy", ("batch", "deploy", "-y"), {"b.yaml": _BATCH, **_SCRIPT})


@contextmanager
def account(bench: Bench) -> Iterator[tuple[World, Place]]:
    """An account of one try's own, and the place whose awsml reaches it."""
    place = bench.place()
    with FakeAws(place.folder, tick=_TICK_SECONDS) as fake:
        identity.add_role(fake.world, "trainer")
        s3.add_bucket(fake.world, "acme-runs")
        more = {
            "AWS_ENDPOINT_URL": fake.url,
            "AWS_ACCESS_KEY_ID": "AKIATEST",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        yield fake.world, Place(place.folder, more)
