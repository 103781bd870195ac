"""A plan rests on what the same job took on AWS before, and is held against what it took."""

import json
from pathlib import Path

import pytest

from awsml.decide.accuracy import Judged, totals
from awsml.events import Finished, PhaseChanged, Started
from awsml.store.run import Draft
from awsml.store.runs import RunStore
from tests.conftest import CommandLine
from tests.contracts import check_text

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
SEARCH = """\
kind: tuning
name: clicks-search
region: us-east-1
training: ./clicks.yaml
objective: {metric: "validation:objective_loss", goal: minimize}
budget: {trials: 4, parallel: 2}
parameters:
  learning_rate: {low: 1e-5, high: 1e-1, scale: log}
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


def ran_before(awsml: CommandLine, project: Path, backend: str = "aws", **changes: str) -> str:
    """A completed run of the scenario as it is now, told to the store as a backend would."""
    plan = json.loads(awsml("plan", "clicks.yaml", "-o", "json").out)
    effective = plan["effective"]
    for path, value in changes.items():
        effective[path.replace("__", ".")] = {"value": value, "source": "scenario"}
    predicted = {"cost": plan["cost"], "time": plan["time"]}
    draft = Draft(
        "training", "clicks", backend, region="us-east-1", effective=effective, predicted=predicted
    )
    with RunStore(project / ".awsml") as store:
        run = store.create(draft)
        store.record(run.id, Started(run.id, "on AWS", "clicks"))
        for phase, at in STEPS:
            store.record(run.id, PhaseChanged(phase, at))
        figures = {"billable_seconds": 1615, "usd": 0.4, "instances": 1}
        store.record(run.id, Finished("Completed", None, 1705.0, figures))
        return run.id


def test_the_same_job_again_is_planned_by_what_it_took(awsml: CommandLine, project: Path) -> None:
    assert phases(awsml)["download"]["expected"] == pytest.approx(603, abs=1)
    ran_before(awsml, project)
    again = phases(awsml)
    assert again["provision"]["expected"] == 90
    assert (again["download"]["expected"], again["download"]["basis"]) == (500, "measured")


def test_the_plan_says_which_runs_measured_it(awsml: CommandLine, project: Path) -> None:
    first, last = ran_before(awsml, project), ran_before(awsml, project)
    plan = check_text("plan", awsml("plan", "clicks.yaml", "-o", "json").out)
    rates = {row["what"]: row for row in plan["measured"]}
    assert rates.keys() == {"provision_seconds", "download_seconds.file", "upload_seconds"}
    assert rates["download_seconds.file"]["value"]["expected"] == 500
    assert set(rates["download_seconds.file"]["runs"]) == {first, last}
    text = awsml("plan", "clicks.yaml").out
    assert "download, file  8m 20s" in text and f"{last} and 1 before it" in text
    assert "Measured by earlier runs" in awsml("plan", "clicks.yaml", "-o", "html").out


def test_a_search_is_planned_by_what_its_training_job_took(
    awsml: CommandLine, project: Path
) -> None:
    (project / "search.yaml").write_text(SEARCH)
    ran_before(awsml, project)
    plan = json.loads(awsml("plan", "search.yaml", "-o", "json").out)
    took = {each["name"]: each["seconds"] for each in plan["time"]["phases"]}
    assert (took["download"]["expected"], took["download"]["basis"]) == (500, "measured")


def test_samples_a_second_stand_in_only_where_the_scenario_states_none(
    awsml: CommandLine, project: Path
) -> None:
    scenario = project / "clicks.yaml"
    scenario.write_text(SCENARIO.replace("compute: 17m", "samples: 1.11M"))
    assert phases(awsml)["epochs"]["expected"] is None
    ran_before(awsml, project)
    took = phases(awsml)["epochs"]
    assert took["expected"] == pytest.approx(1110, rel=0.02)  # as long as Training was
    stated = ("plan", "clicks.yaml", "--set", "workload.samples_per_second=2000", "-o", "json")
    plan = json.loads(awsml(*stated).out)
    [rate] = [row for row in plan["measured"] if row["what"] == "samples_per_second"]
    assert (rate["value"]["expected"], rate["used"]) == (1000, False)


def test_accuracy_holds_the_plan_against_what_happened(awsml: CommandLine, project: Path) -> None:
    run = ran_before(awsml, project)
    ran_before(awsml, project, "local")
    told = check_text("accuracy", awsml("runs", "--accuracy", "-o", "json").out)
    assert [each["id"] for each in told["runs"]] == [run]
    rows = {row["what"]: row for row in told["runs"][0]["figures"]}
    assert list(rows) == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "billed time",
        "dollars",
    ]
    assert rows["Downloading"]["actual"] == 500
    assert rows["Downloading"]["error"] == pytest.approx(0.2, abs=0.01)
    assert rows["Starting"]["inside"] is True  # 90 s; published logs show 39 to 206
    assert not all(row["inside"] for row in rows.values())
    assert told["left_out"] == {"on this machine: a plan predicts AWS": 1}
    text = awsml("runs", "--accuracy").out
    assert "in total, 1 run" in text and "beyond its range" in text
    assert max(map(len, text.splitlines())) <= 80


def test_accuracy_over_several_runs_is_a_median_and_a_bias() -> None:
    def row(predicted: float, actual: float) -> list[Judged]:
        return [Judged("dollars", "USD", predicted, predicted, 2 * predicted, actual)]

    [total] = totals([row(1.0, 2.0), row(3.0, 2.0), row(2.0, 2.5)])
    assert (total.runs, total.inside, total.ranged) == (3, 2, 3)
    assert total.median_error == pytest.approx(0.5)
    assert total.bias == pytest.approx(6 / 6.5 - 1)


def test_accuracy_without_a_run_says_so(awsml: CommandLine, project: Path) -> None:
    assert awsml("runs", "--accuracy").out == "no run to hold a prediction against\n"
    assert awsml("runs", "--accuracy", "--account").code == 2


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
