"""A plan rests on what the same job took on AWS before."""

import json
from pathlib import Path

import pytest

from awsml.events import Finished, PhaseChanged, Started
from awsml.store.run import Draft
from awsml.store.runs import RunStore
from tests.conftest import CommandLine

SCENARIO = """\
kind: training
name: clicks
region: us-east-1
image: {algorithm: linear-learner}
compute: {instance: ml.m5.4xlarge, volume: 100 GB}
inputs:
  train: {mode: file, from: s3://acme/clicks/, data: {size: 78 GB, objects: 780}}
workload: {epochs: 1, compute: 17m}
"""
STEPS = (("Starting", 0.0), ("Downloading", 90.0), ("Training", 590.0), ("Uploading", 1700.0))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "awsml.yaml").write_text("region: us-east-1\n")
    (tmp_path / "clicks.yaml").write_text(SCENARIO)
    return tmp_path


def phases(awsml: CommandLine) -> dict[str, dict[str, object]]:
    ran = awsml("plan", "clicks.yaml", "-o", "json")
    assert ran.code == 0, ran.err
    return {each["name"]: each["seconds"] for each in json.loads(ran.out)["time"]["phases"]}


def ran_before(awsml: CommandLine, project: Path, backend: str = "aws", **changes: str) -> None:
    """A completed run of the scenario as it is now, told to the store as a backend would."""
    plan = json.loads(awsml("plan", "clicks.yaml", "-o", "json").out)
    effective = plan["effective"]
    for path, value in changes.items():
        effective[path.replace("__", ".")] = {"value": value, "source": "scenario"}
    draft = Draft("training", "clicks", backend, region="us-east-1", effective=effective)
    with RunStore(project / ".awsml") as store:
        run = store.create(draft)
        store.record(run.id, Started(run.id, "on AWS", "clicks"))
        for phase, at in STEPS:
            store.record(run.id, PhaseChanged(phase, at))
        store.record(run.id, Finished("Completed", None, 1705.0))


def test_the_same_job_again_is_planned_by_what_it_took(awsml: CommandLine, project: Path) -> None:
    assert phases(awsml)["download"]["expected"] == pytest.approx(603, abs=1)
    ran_before(awsml, project)
    again = phases(awsml)
    assert again["provision"]["expected"] == 90
    assert (again["download"]["expected"], again["download"]["basis"]) == (500, "measured")


@pytest.mark.parametrize(
    "changes",
    [
        {"backend": "local"},
        {"compute__instance": "ml.m5.2xlarge"},
        {"image__algorithm": "pca"},
        {"inputs__train__data__objects": "781"},
        {"compute__volume": "334"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_job_that_differs_measures_nothing(
    awsml: CommandLine, project: Path, changes: dict[str, str]
) -> None:
    ran_before(awsml, project, **changes)
    assert phases(awsml)["download"]["expected"] != 500
    assert phases(awsml)["provision"]["expected"] == 116
