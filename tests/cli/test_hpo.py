"""`awsml hpo` on this machine: trials, their number at once, ends, faults, and going on."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from awsml.backends.local.control import Wishes
from awsml.backends.local.terms import LocalTerms
from awsml.backends.local.tuning.job import tuning_job
from awsml.backends.local.tuning.standing import restored
from awsml.backends.local.tuning.supply import Supply
from awsml.backends.local.tuning.tuner import run_tuning
from awsml.events import LogLine, MetricPoint, PhaseChanged
from awsml.store.run import Draft, Run, Status
from awsml.store.runs import RunStore
from tests.conftest import CommandLine
from tests.contracts import check_text

SCENARIO = """
kind: tuning
name: demo
region: us-east-1
role: arn:aws:iam::111122223333:role/trainer
training:
  code: {dir: ./src, entry: train.py}
  image: {framework: pytorch, version: "2.10"}
  compute: {instance: ml.m5.xlarge}
  workload: {compute: 1m}
  metrics: {loss: 'loss=(-?[0-9.]+)'}
  limits: {runtime: 15m}
objective: {metric: loss, goal: minimize}
strategy: random
budget: {trials: 6, parallel: 2}
parameters:
  lr: {low: 1e-4, high: 1}
  kind: {choices: [sgd, adam]}
seed: 3
"""
HEAD = """
import argparse, os, sys, time
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--kind")
options = parser.parse_args()
"""
PRINTS = "print(f'loss={options.lr:.6f}', flush=True)\n"


@pytest.fixture
def project(awsml: CommandLine, tmp_path: Path) -> Path:
    (tmp_path / "tune.yaml").write_text(SCENARIO)
    (tmp_path / "src").mkdir()
    script(tmp_path, PRINTS)
    return tmp_path


def script(project: Path, text: str) -> None:
    (project / "src" / "train.py").write_text(HEAD + text)


def search(project: Path) -> tuple[Run, list[Run]]:
    with RunStore(project / ".awsml") as store:
        run = store.get("last")
        return run, store.children(run.id)


def figures(project: Path) -> dict[str, Any]:
    return dict(search(project)[0].figures)


def test_every_trial_runs_and_the_best_one_is_named(awsml: CommandLine, project: Path) -> None:
    ran = awsml("hpo")
    assert ran.code == 0, ran.err
    assert ran.err.splitlines()[0] == "on this machine: demo"
    run, trials = search(project)
    assert [trial.status for trial in trials] == [Status.COMPLETED] * 6
    rates = [float(t.request("CreateTrainingJob")["HyperParameters"]["lr"]) for t in trials]
    assert run.figures["best"]["objective"] == pytest.approx(min(rates), abs=1e-6)
    assert run.figures["completed"] == 6
    assert f"awsml report {run.id}" in ran.out


def test_a_trial_gets_what_aws_would_send(awsml: CommandLine, project: Path) -> None:
    awsml("hpo")
    request = search(project)[1][0].request("CreateTrainingJob")
    assert request["HyperParameters"]["_tuning_objective_metric"] == "loss"
    assert request["HyperParameters"]["kind"] in ('"sgd"', '"adam"')
    assert request["TrainingJobName"].endswith("-001")
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": 900}


def test_a_seed_repeats_the_settings(awsml: CommandLine, project: Path) -> None:
    def settings() -> list[dict[str, str]]:
        awsml("hpo")
        return [t.request("CreateTrainingJob")["HyperParameters"] for t in search(project)[1]]

    def tuned(found: list[dict[str, str]]) -> list[tuple[str, str]]:
        return [(each["lr"], each["kind"]) for each in found]

    assert tuned(settings()) == tuned(settings())


def test_no_more_trials_are_alive_than_asked_for(awsml: CommandLine, project: Path) -> None:
    """By the trials' own clocks, with some that crash among them."""
    clock = project / "clock"
    script(
        project,
        f"""
began = time.monotonic()
time.sleep(0.15)
with open({str(clock)!r}, "a") as file:
    file.write(f"{{began}} {{time.monotonic()}}\\n")
if options.lr > 0.5:
    sys.exit(3)
"""
        + PRINTS,
    )
    awsml("hpo", "--max-parallel", "3", "--set", "budget.trials=12")
    spans = [tuple(map(float, line.split())) for line in clock.read_text().splitlines()]
    assert len(spans) == 12
    alive = [sum(a <= began < b for a, b in spans) for began, _ in spans]
    assert 2 <= max(alive) <= 3


def test_bayesian_search_runs_where_optuna_is(awsml: CommandLine, project: Path) -> None:
    ran = awsml("hpo", "--strategy", "bayesian", "--set", "budget.trials=14")
    assert ran.code == 0, ran.err
    assert "its suggestions will differ" in ran.err
    assert figures(project)["completed"] == 14


def test_without_optuna_bayesian_search_says_what_to_install(
    awsml: CommandLine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    ran = awsml("hpo", "--strategy", "bayesian")
    assert ran.code != 0
    assert "error[optuna-missing]" in ran.err
    assert "awsml[hpo]" in ran.err
    assert search(project)[1] == []


def test_a_grid_runs_every_combination_once(awsml: CommandLine, project: Path) -> None:
    text = SCENARIO.replace("trials: 6, ", "").replace("strategy: random", "strategy: grid")
    text = text.replace("{low: 1e-4, high: 1}", "{choices: ['0.1', '0.2', '0.3']}")
    (project / "tune.yaml").write_text(text)
    ran = awsml("hpo")
    assert ran.code == 0, ran.err
    sent = [t.request("CreateTrainingJob")["HyperParameters"] for t in search(project)[1]]
    assert len({(each["lr"], each["kind"]) for each in sent}) == len(sent) == 6


CURVE = """
for epoch in range(20):
    print(f'loss={options.lr * 10 + 1 / (epoch + 1):.6f}', flush=True)
    time.sleep(0.05)
"""


def test_early_stopping_ends_bad_trials_before_their_time(
    awsml: CommandLine, project: Path
) -> None:
    script(project, CURVE)
    run = executed(awsml, project, "early_stopping=auto", "budget.trials=14")
    stopped = [steps for by, steps in steps_of(project, run) if by == "median"]
    assert run.figures["stopped_early"] == len(stopped) > 0
    assert all(3 <= steps < 20 for steps in stopped)


def test_hyperband_gives_most_trials_little(awsml: CommandLine, project: Path) -> None:
    script(project, CURVE)
    run = executed(awsml, project, "strategy=hyperband", "hyperband.max=9", "budget.trials=12")
    steps = [steps for _, steps in steps_of(project, run)]
    assert sum(step < 9 for step in steps) >= 4
    assert max(steps) < 20


def executed(awsml: CommandLine, project: Path, *sets: str, budget: float | None = None) -> Run:
    """The scenario's request, by a backend that cuts and kills trials almost at once."""
    words = [word for each in sets for word in ("--set", each)]
    shown = json.loads(awsml("hpo", "--dry-run", "-o", "json", *words).out)
    params = shown["calls"][0]["params"]
    static = params["TrainingJobDefinition"]["StaticHyperParameters"]
    static["sagemaker_submit_directory"] = json.dumps((project / "src").as_uri())
    static["sagemaker_job_name"] = '"demo"'
    params["TrainingJobDefinition"]["OutputDataConfig"] = {"S3OutputPath": "s3://results/demo/"}
    params["HyperParameterTuningJobName"] = "demo"
    predicted = {"search": {**shown["search"], "budget_usd": budget}}
    call = {**shown["calls"][0], "params": params}
    with RunStore(project / ".awsml") as store:
        run = store.create(Draft("tuning", "demo", "local", (call,), predicted=predicted))
        terms = LocalTerms(cut_seconds=0.0, grace_seconds=0.2)
        for _ in store.recording(run.id, run_tuning(store, run, terms, Wishes(), project)):
            pass
        return store.get(run.id)


def steps_of(project: Path, run: Run) -> list[tuple[str | None, int]]:
    """Of each trial what stopped it, and how many values it reported."""
    with RunStore(project / ".awsml") as store:
        return [
            (t.figures.get("stopped_by"), len(store.series(t.id, "loss")))
            for t in store.children(run.id)
        ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sys.exit(7)\n", "ExitCode 7"),
        ("print('hello', flush=True)\n", "its log has no `loss`"),
        ("print('loss=nan', flush=True)\n", "`loss` was never a number: its log says nan"),
    ],
)
def test_a_search_without_a_single_result_fails_after_five_and_says_why(
    awsml: CommandLine, project: Path, text: str, said: str
) -> None:
    script(project, text)
    ran = awsml("hpo", "--set", "budget.trials=30")
    assert ran.code == 1
    run, trials = search(project)
    assert run.status is Status.FAILED
    assert said in (run.reason or "")
    assert 5 <= len(trials) <= 7
    assert run.figures["without_objective"] == len(trials)


def test_trials_that_crash_or_say_nothing_are_counted_and_the_rest_goes_on(
    awsml: CommandLine, project: Path
) -> None:
    script(project, "if 'sgd' in options.kind: sys.exit(1)\n" + PRINTS)
    ran = awsml("hpo", "--set", "budget.trials=10")
    assert ran.code == 0, ran.err
    found = figures(project)
    assert found["trials"] == 10
    assert found["failed"] == found["without_objective"] > 0
    assert found["completed"] == 10 - found["failed"]
    assert "warning: trial" in ran.err


def test_a_trial_that_hangs_is_ended_by_its_own_limit(awsml: CommandLine, project: Path) -> None:
    script(project, PRINTS + "if 'sgd' in options.kind: time.sleep(60)\n")
    run = executed(awsml, project, "training.limits.runtime=1s", "budget.parallel=6")
    assert run.status is Status.COMPLETED
    hung = [t for t in search(project)[1] if t.status is Status.STOPPED]
    assert hung
    assert all("MaxRuntimeExceeded" in (t.reason or "") for t in hung)


def test_the_budget_ends_the_search_at_the_planned_price(awsml: CommandLine, project: Path) -> None:
    """A hundredth of a cent is some two seconds of the planned instance."""
    script(project, PRINTS + "time.sleep(0.4)\n")
    run = executed(awsml, project, "budget.trials=50", budget=0.0001)
    assert run.status is Status.COMPLETED
    assert "budget of $0.0001" in (run.reason or "")
    assert run.figures["trials"] < 20
    assert 0.00005 < run.figures["planned_usd"] < 0.0004, "stopped within seconds of the budget"


def test_a_good_enough_trial_ends_the_search(awsml: CommandLine, project: Path) -> None:
    ran = awsml("hpo", "--set", "completion.value=0.9", "--set", "budget.trials=40")
    assert ran.code == 0, ran.err
    assert figures(project)["trials"] < 40
    assert "reached" in (search(project)[0].reason or "")


def test_a_search_that_is_killed_goes_on_without_losing_or_repeating_a_trial(
    awsml: CommandLine, project: Path
) -> None:
    counted = project / "counted"
    script(
        project,
        f"time.sleep(0.2)\n{PRINTS}open({str(counted)!r}, 'a').write(f'{{options.lr}}\\n')\n",
    )
    command = [sys.executable, "-m", "awsml.cli.main", "hpo", "--set", "budget.trials=10"]
    _run_until(command, project, counted, lines=3)
    with RunStore(project / ".awsml") as store:
        _until(lambda: store.get("last").status is Status.INTERRUPTED)
        before = [t for t in store.children(store.get("last").id) if t.over]
    finished = {t.id for t in before if t.status is Status.COMPLETED}
    ran = awsml("hpo", "--resume", "last")
    assert ran.code == 0, ran.err
    run, trials = search(project)
    assert run.figures["completed"] == len(trials) == 10
    assert finished <= {t.id for t in trials}
    rates = counted.read_text().split()
    tuned = [t.request("CreateTrainingJob")["HyperParameters"]["lr"] for t in trials]
    finished_rates = [
        t.request("CreateTrainingJob")["HyperParameters"]["lr"] for t in trials if t.id in finished
    ]
    assert {float(r) for r in rates} == {float(r) for r in tuned}
    assert all(rates.count(str(float(r))) == 1 for r in finished_rates)


def _run_until(command: list[str], project: Path, counted: Path, lines: int) -> None:
    """Start it, and kill the supervisor and the command once so many trials have ended."""
    code = "from awsml.cli.main import main; main()"
    words = [sys.executable, "-c", code, *command[3:]]
    running = subprocess.Popen(words, cwd=project, stderr=subprocess.DEVNULL)
    try:
        _until(lambda: counted.exists() and len(counted.read_text().split()) >= lines)
        with RunStore(project / ".awsml") as store:
            owner = store.get("last").owner
        assert owner is not None and owner.pid != running.pid
        os.kill(owner.pid, signal.SIGKILL)
    finally:
        running.wait(timeout=20)


def _until(condition: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)


def test_going_on_counts_what_the_killed_attempt_took_and_not_what_lay_between(
    awsml: CommandLine, project: Path
) -> None:
    """Two seconds were tried, an hour went by, and what is finished is left alone."""
    awsml("hpo", "--set", "budget.trials=2")
    run, (first, second) = search(project)
    job = tuning_job(run.request("CreateHyperParameterTuningJob"))
    soon = time.time() + 100
    with RunStore(project / ".awsml") as store:
        store.add_figures(first.id, {"stopped_by": "user"})
        store.record(second.id, PhaseChanged("Starting", soon))
        store.record(second.id, MetricPoint("loss", 0.5, soon + 1))
        store.record(second.id, LogLine("algo-1", "loss=0.5", soon + 2))
        store.settle(second.id, Status.INTERRUPTED)
        standing, left = restored(job, store, run.id)
        supply = Supply(store, run, standing, left, [])
        spent = standing.entries[1].seconds(soon) + 2
        assert standing.spent_seconds(soon + 3600) == pytest.approx(spent, abs=0.01)
        entry, again = supply.next() or (None, None)
        assert again is not None and entry is not None
        assert again.id == second.id
        assert (entry.seconds(soon + 3600), entry.reported) == (pytest.approx(2.0, abs=0.01), [])
        assert store.get(second.id).figures["seconds_before"] == entry.seconds_before


def test_two_searches_at_once_in_one_project_do_not_meet(awsml: CommandLine, project: Path) -> None:
    script(project, PRINTS + "time.sleep(0.2)\n")
    code = "from awsml.cli.main import main; main()"
    words = [sys.executable, "-c", code, "hpo"]
    both = [
        subprocess.Popen(words, cwd=project, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [each.communicate(timeout=120)[1] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    with RunStore(project / ".awsml") as store:
        trials = [t for run in store.find(kind="tuning") for t in store.children(run.id)]
        assert {(t.status, t.reason) for t in trials} == {(Status.COMPLETED, None)}
        assert len({t.id for t in trials}) == 12


def test_an_earlier_search_here_is_a_parent(awsml: CommandLine, project: Path) -> None:
    awsml("hpo")
    parent = search(project)[0].id
    ran = awsml("hpo", "--set", f"warm_start.parents=[{parent}]")
    assert ran.code == 0, ran.err
    assert f"known from the start: 6 trials of {parent}" in ran.err


def test_the_report_is_one_page_and_a_table_and_a_chart(awsml: CommandLine, project: Path) -> None:
    awsml("hpo", "--set", "budget.trials=20")
    ran = awsml("report", "-o", "html=r.html", "-o", "csv=r.csv", "-o", "svg=r.svg", "-o", "json")
    assert ran.code == 0, ran.err
    page = (project / "r.html").read_text()
    assert "Best so far" in page and "Importance" in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    rows = list(csv.DictReader((project / "r.csv").read_text().splitlines()))
    assert len(rows) == 20
    assert (project / "r.svg").read_text().startswith("<svg")
    told = check_text("search_report", ran.out)
    best = min(rows, key=lambda row: float(row["objective"]))
    assert told["best"]["trial"] == int(best["trial"])
    assert told["importance"]["lr"] > told["importance"]["kind"]


def test_an_image_of_the_report_is_whole_or_says_what_is_missing(
    awsml: CommandLine, project: Path
) -> None:
    awsml("hpo")
    ran = awsml("report", "-o", "png=best.png")
    if importlib.util.find_spec("resvg_py"):
        assert (project / "best.png").read_bytes().startswith(b"\x89PNG")
    else:
        assert "error[resvg-missing]" in ran.err
        assert not (project / "best.png").exists()
    assert ran.code == (0 if (project / "best.png").exists() else 2)


def test_the_report_s_next_scenario_starts_from_this_search(
    awsml: CommandLine, project: Path
) -> None:
    awsml("hpo", "--set", "budget.trials=20")
    assert awsml("report", "-o", "yaml=next.yaml").code == 0
    planned = json.loads(awsml("plan", "next.yaml", "-o", "json").out)
    (call,) = planned["calls"]
    (range_,) = call["params"]["HyperParameterTuningJobConfig"]["ParameterRanges"][
        "ContinuousParameterRanges"
    ]
    assert float(range_["MaxValue"]) < 1
    assert call["params"]["WarmStartConfig"]["WarmStartType"] == "IdenticalDataAndAlgorithm"
    assert awsml("hpo", "next.yaml").code == 0


def test_a_run_that_is_not_there_has_no_report(awsml: CommandLine, project: Path) -> None:
    ran = awsml("report", "nothing")
    assert ran.code != 0
    assert "error[no-such-run]" in ran.err


def test_a_dry_run_shows_the_plan_and_runs_nothing(awsml: CommandLine, project: Path) -> None:
    ran = awsml("hpo", "--dry-run", "--max-parallel", "5", "-o", "json")
    told = json.loads(ran.out)
    limits = told["calls"][0]["params"]["HyperParameterTuningJobConfig"]["ResourceLimits"]
    assert limits["MaxParallelTrainingJobs"] == 5
    assert told["effective"]["budget.parallel"] == {"value": 5, "source": "flag"}
    assert not (project / ".awsml" / "runs.db").exists()


def test_the_scenario_of_the_folder_one_is_in_goes_before_that_of_the_project(
    awsml: CommandLine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "awsml.yaml").write_text("")
    inner = project / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    outer = json.loads(awsml("hpo", "--dry-run", "-o", "json").out)
    (inner / "mine.yaml").write_text(SCENARIO.replace("name: demo", "name: mine"))
    own = json.loads(awsml("hpo", "--dry-run", "-o", "json").out)
    assert (outer["name"], own["name"]) == ("demo", "mine")
