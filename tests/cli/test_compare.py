"""`awsml plan --compare`: what a change does, against a scenario or a stored plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import CommandLine

SCENARIO = """\
kind: training
name: job
region: us-east-1
role: arn:aws:iam::111122223333:role/train
image: {framework: pytorch, version: "2.10"}
code: {dir: ./src, entry: train.py}
compute: {instance: ml.g5.2xlarge}
inputs:
  train: {from: "s3://acme-data/train/", mode: file, data: {size: 10 GB, objects: 100}}
workload: {epochs: 1, compute: 30m}
limits: {runtime: 4h}
output: s3://acme-data/out/
"""


@pytest.fixture
def job(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print('hello')\n")
    path = tmp_path / "job.yaml"
    path.write_text(SCENARIO)
    return path


def test_a_flag_is_compared_with_the_scenario_as_it_stands(awsml: CommandLine, job: Path) -> None:
    ran = awsml("plan", "job.yaml", "--instance", "ml.g5.4xlarge", "--compare", "job.yaml")
    assert ran.code == 0
    assert "expected cost per run" in ran.out and "+$" in ran.out
    assert "ResourceConfig.InstanceType" in ran.out


def test_a_stored_plan_is_a_base_and_markdown_is_for_pull_requests(
    awsml: CommandLine, job: Path
) -> None:
    assert awsml("plan", "job.yaml", "-o", "json=base.json").code == 0
    job.write_text(SCENARIO.replace("4h", "8h"))
    ran = awsml("plan", "job.yaml", "--compare", "base.json", "-o", "markdown")
    (row,) = [line for line in ran.out.splitlines() if "ceiling cost" in line]
    assert row == "| ceiling cost per run | $6.06 | $12.12 | +$6.06 (+100%) |"


def test_as_json_figures_are_numbers(awsml: CommandLine, job: Path) -> None:
    ran = awsml("plan", "job.yaml", "--compare", "job.yaml", "-o", "json")
    found = {change["what"]: change for change in json.loads(ran.out)["changes"]}
    ceiling = found["ceiling cost per run"]
    assert ceiling["before"] == ceiling["after"] == pytest.approx(6.06)


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 1}'])
def test_what_is_no_plan_is_refused(awsml: CommandLine, job: Path, text: str) -> None:
    (job.parent / "base.json").write_text(text)
    ran = awsml("plan", "job.yaml", "--compare", "base.json")
    assert ran.code == 2 and "awsml plan -o json=base.json" in ran.err


def test_a_plan_alone_as_markdown(awsml: CommandLine, job: Path) -> None:
    out = awsml("plan", "job.yaml", "-o", "markdown").out
    assert out.startswith("### `job` in us-east-1") and "| ceiling cost per run | $6.06 |" in out


def test_a_limit_on_dollars_gates_the_plan(awsml: CommandLine, job: Path) -> None:
    ran = awsml("plan", "job.yaml", "--max-cost", "0.01")
    assert ran.code == 1 and "cost-above-limit" in ran.out + ran.err
    assert awsml("plan", "job.yaml", "--max-cost", "50").code == 0
    unproven = awsml("--region", "eu-central-1", "plan", "job.yaml", "--max-cost", "50")
    assert unproven.code == 1 and "cost-not-provable" in unproven.out + unproven.err


def test_the_cause_is_shown_before_what_follows_from_it(awsml: CommandLine, job: Path) -> None:
    """In every format: the unknown type is why the limit cannot be proven."""
    text = SCENARIO.replace("limits: {runtime: 4h}\n", "").replace("ml.g5.", "ml.g99.")
    job.write_text("limits: {runtime: 4h, cost: 50 USD}\n" + text)
    for command in ("plan", "validate"):
        found = json.loads(awsml(command, "job.yaml", "-o", "json").out)["findings"]
        slugs = [each["slug"] for each in found if each["level"] != "advice"]
        assert slugs.index("unknown-instance-type") < slugs.index("cost-not-provable")
        assert slugs[-1] == "cost-not-provable"
        shown = awsml(command, "job.yaml").out
        assert shown.index("[unknown-instance-type]") < shown.index("[cost-not-provable]")
    github = awsml("validate", "job.yaml", "-o", "github").out
    assert github.index("unknown-instance-type") < github.index("cost-not-provable")
