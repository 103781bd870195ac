"""The page, the values and the curve of a run that is no search."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from awsml.events import Finished, LogLine, MetricPoint, Note, PhaseChanged, Started
from awsml.render.report_run import RunReport, run_csv, run_html, run_svg
from awsml.render.runs import RunView
from awsml.store.run import Draft
from awsml.store.runs import RunStore
from tests.conftest import CommandLine

PREDICTED = {"time": {"phases": [{"name": "provision", "seconds": {"expected": 100.0}}]}}
Told = Callable[..., RunReport]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """A run of one minute, with the metric values that a test names."""

    def report(*values: float, backend: str = "local", steps: bool = True) -> RunReport:
        request = {"service": "sagemaker", "operation": "CreateTrainingJob", "params": {"a": "<b>"}}
        with RunStore(tmp_path / ".awsml", clock=lambda: 1000.0) as store:
            run = store.create(
                Draft(
                    "training", "demo", backend, (request,), region="us-east-1", predicted=PREDICTED
                )
            )
            store.record(run.id, Started(run.id, "here", "demo"))
            store.record(run.id, PhaseChanged("Starting", 1000.0))
            store.record(run.id, PhaseChanged("Training", 1015.0))
            for step, value in enumerate(values):
                number = step if steps else None
                store.record(run.id, MetricPoint("loss", value, 1020.0 + step, number))
            store.record(run.id, LogLine("algo-1", "</pre><script>", 1030.0))
            store.record(run.id, Note("it sleeps", "warning"))
            store.record(run.id, Finished("Failed", "it broke", 1060.0))
            return RunReport.of(store, RunView.of(store, store.get(run.id)), 1060.0)

    return report


def test_the_page_says_how_it_ended_how_long_it_took_and_what_it_said(told: Told) -> None:
    page = run_html(told(0.5, 0.25))
    for part in ("Failed", "it broke", "Starting: 15 s", "Training: 45 s", "0.25", "it sleeps"):
        assert part in page
    assert "&lt;/pre&gt;&lt;script&gt;" in page and "<script>" not in page


def test_a_prediction_stands_beside_a_run_on_aws_and_nowhere_else(told: Told) -> None:
    assert "1m 40s" in run_html(told(backend="aws"))
    assert "1m 40s" not in run_html(told(backend="local"))


def test_values_are_rows_and_a_curve(told: Told) -> None:
    report = told(0.5, 0.25)
    assert run_csv(report).splitlines()[:2] == ["metric,step,at,value", "loss,0,1020.0,0.5"]
    assert ">step</text>" in (run_svg(report) or "")
    assert ">seconds</text>" in (run_svg(told(0.5, 0.25, steps=False)) or "")


def test_a_long_curve_keeps_its_last_value(told: Told) -> None:
    report = told(*(1 / (1 + n) for n in range(2500)))
    drawn = run_svg(report) or ""
    assert drawn.count("L") < 2100
    assert "one value in 2" in run_html(report)


def test_what_a_run_has_not_is_said(awsml: CommandLine) -> None:
    awsml("init", "training", "demo")
    awsml("train", "--set", "metrics={}", "--set", "hyperparameters.epochs=1", cwd=Path("demo"))
    for wanted in ("svg", "yaml"):
        ran = awsml("report", "-o", wanted)
        assert ran.code == 2 and "error[no-report]" in ran.err and "hint:" in ran.err
    assert awsml("report").out.startswith("<!doctype html>")
