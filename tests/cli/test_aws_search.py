"""`awsml hpo --on aws` against the fake AWS: sent once, followed, stopped, reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from awsml.store.run import Status
from awsml.store.runs import RunStore
from tests.cli.aws_project import ROLE, project
from tests.conftest import CommandLine
from tests.fake_aws import training
from tests.fake_aws.world import World

__all__ = ["project"]

SCENARIO = f"""
kind: tuning
name: a-search-with-a-long-name
region: us-east-1
role: {ROLE}
training:
  code: {{dir: ./src, entry: train.py}}
  image: {{framework: pytorch, version: "2.10"}}
  compute: {{instance: ml.g5.xlarge, volume: 50 GB}}
  workload: {{compute: 5m}}
  metrics: {{val_acc: 'val_acc=([0-9.]+)'}}
  limits: {{runtime: 1h}}
  output: s3://acme-runs/demo/
objective: {{metric: val_acc, goal: maximize}}
budget: {{trials: 5, parallel: 2, cost: 20 USD}}
parameters:
  lr: {{low: 1e-5, high: 1e-1}}
  optimizer: {{choices: [sgd, adam]}}
"""


@pytest.fixture
def tuning(project: World, tmp_path: Path) -> World:
    (tmp_path / "tune.yaml").write_text(SCENARIO)
    training.script(project, training.Course(metrics=(("val_acc", 0.75),)))
    return project


def test_a_search_is_sent_once_and_followed_to_its_best_trial(
    awsml: CommandLine, tuning: World, tmp_path: Path
) -> None:
    ran = awsml("hpo", "--on", "aws", "-y")
    assert ran.code == 0, ran.err
    (sent,) = tuning.journal.accepted("CreateHyperParameterTuningJob")
    assert len(sent["params"]["HyperParameterTuningJobName"]) <= 32
    with RunStore(tmp_path / ".awsml") as store:
        run = store.get("last")
        trials = store.children(run.id)
        assert run.status is Status.COMPLETED
        assert run.figures["trials"] == run.figures["completed"] == 5
        assert [trial.status for trial in trials] == [Status.COMPLETED] * 5
        assert [store.series(t.id)[0].value for t in trials] == [0.75] * 5


def test_the_dollars_are_limits_that_aws_enforces(awsml: CommandLine, tuning: World) -> None:
    awsml("hpo", "--on", "aws", "-y", "-d")
    (sent,) = tuning.journal.accepted("CreateHyperParameterTuningJob")
    planned = json.loads(awsml("plan", "tune.yaml", "-o", "json").out)
    limits = sent["params"]["HyperParameterTuningJobConfig"]["ResourceLimits"]
    hourly = planned["search"]["trial"]["usd_per_hour_at_most"]
    assert limits["MaxRuntimeInSeconds"] / 3600 * 2 * hourly <= 20
    assert planned["cost"]["ceiling"] <= 20


def test_a_search_that_is_watched_is_stopped_before_its_dollars_are_used(
    awsml: CommandLine, tuning: World, tmp_path: Path
) -> None:
    """Where a raw parameter has taken the limit of the tuning job away, and trials hang."""
    day = {"MaxNumberOfTrainingJobs": 5, "MaxParallelTrainingJobs": 2, "MaxRuntimeInSeconds": 86400}
    raw = {"HyperParameterTuningJobConfig": {"ResourceLimits": day}}
    text = SCENARIO.replace("cost: 20 USD", "cost: 2 USD")
    text += yaml.safe_dump({"aws": {"CreateHyperParameterTuningJob": raw}})
    (tmp_path / "tune.yaml").write_text(text)
    course = training.Course(phases=(("Starting", 60.0), ("Training", 80000.0)))
    training.script(tuning, course)
    ran = awsml("hpo", "--on", "aws", "-y")
    assert ran.code == 1, ran.err
    assert "the budget of $2.00 is used" in ran.err
    assert len(tuning.journal.accepted("StopHyperParameterTuningJob")) == 1
    with RunStore(tmp_path / ".awsml") as store:
        run = store.get("last")
        hourly = run.predicted["search"]["trial"]["usd_per_hour_at_most"]
        assert run.status is Status.STOPPED
        assert "budget" in (run.reason or "")
        assert 1.5 < run.figures["trial_seconds"] / 3600 * hourly < 2


def test_following_again_repeats_no_trial(
    awsml: CommandLine, tuning: World, tmp_path: Path
) -> None:
    awsml("hpo", "--on", "aws", "-y", "-d")
    for _ in range(8):
        tuning.clock.sleep(1000)
        assert awsml("status").code == 0
    with RunStore(tmp_path / ".awsml") as store:
        run = store.get("last")
        assert run.figures["trials"] == 5
        assert len(store.children(run.id)) == 5
        assert all(len(store.series(t.id)) == 1 for t in store.children(run.id))


def test_stop_stops_the_tuning_job(awsml: CommandLine, tuning: World) -> None:
    awsml("hpo", "--on", "aws", "-y", "-d")
    assert awsml("stop").code == 0
    assert len(tuning.journal.accepted("StopHyperParameterTuningJob")) == 1


def test_the_report_is_the_same_for_a_search_on_aws(
    awsml: CommandLine, tuning: World, tmp_path: Path
) -> None:
    awsml("hpo", "--on", "aws", "-y")
    told = json.loads(awsml("report", "-o", "json", "-o", "html=r.html").out)
    assert told["trials"] == 5
    assert told["best"]["objective"] == 0.75
    assert "Best so far" in (tmp_path / "r.html").read_text()


def test_an_imported_search_sends_the_same_request(
    awsml: CommandLine, tuning: World, tmp_path: Path
) -> None:
    awsml("hpo", "--on", "aws", "-y", "-d")
    (first,) = tuning.journal.accepted("CreateHyperParameterTuningJob")
    name = first["params"]["HyperParameterTuningJobName"]
    ran = awsml("--region", "us-east-1", "import", "tuning-job", name, "-o", "yaml=again.yaml")
    assert ran.code == 0, ran.err
    written = yaml.safe_load((tmp_path / "again.yaml").read_text())
    assert written["parameters"]["lr"]["scale"] == "log"
    assert written["budget"]["trials"] == 5
    sent = awsml("hpo", "again.yaml", "--on", "aws", "-y", "-d")
    assert sent.code == 0, sent.err
    second = tuning.journal.accepted("CreateHyperParameterTuningJob")[-1]

    def compared(params: dict[str, object]) -> dict[str, object]:
        return {k: v for k, v in params.items() if k not in ("HyperParameterTuningJobName", "Tags")}

    assert compared(second["params"]) == compared(first["params"])


def test_a_search_is_exported_as_code(awsml: CommandLine, tuning: World) -> None:
    for form in ("cli", "boto3"):
        ran = awsml("export", "tune.yaml", "-o", form)
        assert ran.code == 0, ran.err
        assert "yper" in ran.out and "uning" in ran.out
