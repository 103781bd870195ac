"""Every kind of page in a browser: readable on each screen and on paper, and by itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from awsml.events import Finished, LogLine, MetricPoint, PhaseChanged, Started
from awsml.render.bench import bench_page
from awsml.store.run import Draft
from awsml.store.runs import RunStore
from tests.conftest import CommandLine
from tests.pages.browser import Browser
from tests.pages.rules import complaints

SCENARIOS = Path(__file__).parent.parent.parent / "scenarios"
OF_EACH_KIND = (
    "tiny-files",
    "hpo-cost",
    "object-detection-gpu",
    "weekly-recommender",
    "gpu-cluster-report",
)
HOSTILE = """\
kind: training
name: clicks
role: "arn:aws:iam::111122223333:role/<script>console.error('ran')</script>"
image: {algorithm: linear-learner}
compute: {instance: ml.m5.4xlarge, volume: 100 GB}
inputs:
  train: {mode: file, from: s3://acme/LONG/, data: {size: 78 GB, objects: 780}}
hyperparameters: {note: "<img src=http://127.0.0.1:9/x.png>", long: "LONG"}
""".replace("LONG", "unbroken" * 40)


@pytest.fixture
def project(awsml: CommandLine, tmp_path: Path) -> Path:
    for file in SCENARIOS.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    (tmp_path / "hostile.yaml").write_text(HOSTILE)
    return tmp_path


def made(awsml: CommandLine, file: str, *words: str) -> Path:
    """A page that a command wrote."""
    ran = awsml(*words, "-o", f"html={file}")
    assert Path(file).exists(), ran.err
    return Path(file).resolve()


def plan_pages(awsml: CommandLine) -> list[Path]:
    """A plan of each kind, one that is hostile, and one beside another."""
    pages = [made(awsml, f"{name}.html", "plan", f"{name}.yaml") for name in OF_EACH_KIND]
    pages.append(made(awsml, "hostile.html", "plan", "hostile.yaml"))
    beside = ("plan", "tiny-files.yaml", "--compare", "pipe-mode.yaml")
    return [*pages, made(awsml, "compare.html", *beside)]


def report_page(awsml: CommandLine, project: Path) -> Path:
    """Of a search whose trials differ, one failed and one was stopped early."""
    plan = json.loads(awsml("plan", "hpo-cost.yaml", "-o", "json").out)
    search = {"search": {"trial": {"usd_per_hour_at_most": 1.5}}}
    draft = Draft("tuning", "recommender", "local", tuple(plan["calls"]), predicted=search)
    with RunStore(project / ".awsml", clock=lambda: 2000.0) as store:
        run = store.create(draft)
        for number in range(1, 13):
            told_trial(store, run.id, number)
        store.record(run.id, Finished("Completed", None, 2000.0))
    return made(awsml, "search.html", "report", run.id)


def page_of_a_run(awsml: CommandLine, project: Path) -> Path:
    """Of a training job on AWS, beside what was predicted."""
    plan = json.loads(awsml("plan", "pipe-mode.yaml", "-o", "json").out)
    draft = Draft("training", "clicks", "aws", tuple(plan["calls"]), predicted=plan)
    with RunStore(project / ".awsml", clock=lambda: 2000.0) as store:
        run = store.create(draft)
        store.record(run.id, Started(run.id, "on AWS", "clicks"))
        for number, phase in enumerate(("Starting", "Downloading", "Training", "Uploading")):
            store.record(run.id, PhaseChanged(phase, 1000.0 + 200 * number, "unbroken" * 20))
        for step in range(100):
            store.record(run.id, MetricPoint("loss", 1 / (1 + step), 1500.0 + step, step))
        store.record(run.id, LogLine("algo-1", "unbroken " * 60, 1500.0))
        store.record(run.id, Finished("Failed", "AlgorithmError: " + "unbroken" * 40, 2000.0))
    return made(awsml, "run.html", "report", run.id)


def told_trial(store: RunStore, parent: str, number: int) -> None:
    setting = {
        "learning_rate": f"{10 ** -(number % 5):g}",
        "momentum": f"{0.9 + number / 200:g}",
        "embedding": str(16 * number),
        "optimizer": ('"sgd"', '"adam"')[number % 2],
    }
    params = {"TrainingJobName": f"trial-{number}", "HyperParameters": setting}
    request = {"service": "sagemaker", "operation": "CreateTrainingJob", "params": params}
    label = f"trial-{number}"
    trial = store.create(Draft("training", label, "local", (request,), parent=parent, label=label))
    began = 1000.0 + 60 * number
    store.record(trial.id, Started(trial.id, "on this machine", label))
    store.record(trial.id, PhaseChanged("Starting", began))
    store.record(trial.id, PhaseChanged("Training", began + 1))
    for step in range(1, 1 + number):
        store.record(trial.id, MetricPoint("recall@20", 0.5 + step / 40, began + step, step))
    figures = {"stopped_by": "median"} if number == 4 else {}
    status = "Failed" if number == 7 else "Completed"
    store.record(trial.id, Finished(status, None, began + 55, figures))


def bench_of_an_endpoint(awsml: CommandLine) -> Path:
    """Points as the bench tells them, beside the candidates of a plan."""
    plan = json.loads(awsml("plan", "endpoint-autoscaling.yaml", "-o", "json").out)
    points = [
        {
            "rate": rate,
            "concurrency": None if rate else 4 * number,
            "payload": "400 KB",
            "batch": None,
            "requests_per_second": 40.0 * number,
            "latency_ms": {"p50": 9.0 * number, "p90": 21.0 * number, "p99": 80.0 * number},
            "errors": {"503": number} if number > 2 else {},
            "generator_bound": False,
            "machine": {"cpu": 0.2 * number},
        }
        for number in range(1, 5)
        for rate in (50.0 * number, None)
    ]
    observed = {"throughput": "160", "p99": "320ms", "cpu": "80%"}
    file = Path("bench.html").resolve()
    file.write_text(bench_page("detector", points, observed, plan["candidates"]), encoding="utf-8")
    return file


def test_every_page_keeps_to_the_rules(awsml: CommandLine, project: Path, browser: Browser) -> None:
    pages = [
        *plan_pages(awsml),
        report_page(awsml, project),
        bench_of_an_endpoint(awsml),
        page_of_a_run(awsml, project),
        made(awsml, "cluster.html", "cluster", "fit", "gpu-cluster.csv"),
    ]
    found = {page.name: told for page in pages if (told := complaints(browser, page))}
    assert found == {}


def test_the_rules_find_what_breaks_them(tmp_path: Path, browser: Browser) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text(
        "<body style='color:#bbb'><h1>x</h1><p style='width:2000px'>wide</p>"
        "<table><tr><td><p style='width:900px'>no heading</td></tr></table><img src='http://127.0.0.1:9/x.png'>"
        "<svg></svg><details><summary>s</summary><pre>hidden</pre></details>"
        "<script>console.error('said')</script>"
    )
    found = "\n".join(complaints(browser, broken))
    for told in (
        "no language",
        "a heading is missing",
        "no text: <svg",
        "no text: <img",
        "too wide at 1200",
        "too wide on paper: <table",
        "too faint in light: P",
        "light and dark are both",
        "1 folded cells are not printed",
        "said",
        "request: http://127.0.0.1:9/x.png",
    ):
        assert told in found, found


def test_a_plan_says_its_dollars_its_advice_and_where_each_value_is_from(
    awsml: CommandLine, project: Path
) -> None:
    page = made(awsml, "page.html", "plan", "tiny-files.yaml").read_text(encoding="utf-8")
    plan = json.loads(awsml("plan", "tiny-files.yaml", "-o", "json").out)
    assert f"${plan['cost']['expected']:.2f}" in page
    for advice in plan["advice"]:
        assert advice["subject"] in page
    assert "tiny-files.yaml:" in page and "compute.instance" in page
    assert page.count("<details>") == len(plan["calls"])
