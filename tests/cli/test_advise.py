"""`awsml advise` weighs the ways, and changes only what it may."""

import json
from pathlib import Path

import pytest

from tests.conftest import CommandLine

SCENARIO = """\
# What we ran until now.
kind: training
name: clicks
region: us-east-1
image: {algorithm: linear-learner}
compute:
  instance: ml.m5.4xlarge  # four of them last year
  volume: 100 GB
inputs:
  train:
    mode: file  # the default
    from: s3://acme/clicks/
    data: {size: 78 GB, objects: 780}
workload: {epochs: 1, compute: 17m}
limits: {runtime: 2h}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "clicks.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def test_every_line_fits_eighty_columns(awsml: CommandLine, scenario: Path) -> None:
    ran = awsml("advise", str(scenario))
    assert ran.code == 0, ran.err
    assert max(len(line) for line in ran.out.splitlines()) <= 80
    assert "input mode: read with pipe" in ran.out
    assert "saves $0.14" in ran.out


def test_a_wide_terminal_gets_a_column_of_reasons(
    awsml: CommandLine, scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    out = awsml("advise", str(scenario)).out
    (heading, *_) = [line for line in out.splitlines() if line.strip().startswith("option")]
    assert heading.split() == ["option", "verdict", "time", "dollars", "why"]


def test_json_holds_the_same_advice(awsml: CommandLine, scenario: Path) -> None:
    printed = json.loads(awsml("advise", str(scenario), "-o", "json").out)
    assert printed["version"] == 1
    (mode,) = [each for each in printed["advice"] if each["subject"] == "input mode"]
    assert mode["recommend"] == "read with pipe"
    assert mode["saves"]["seconds"]["expected"] > 500
    assert {row["option"]: row["verdict"] for row in mode["alternatives"]}["pipe"] == "chosen"


def test_apply_changes_the_value_and_keeps_the_rest(awsml: CommandLine, scenario: Path) -> None:
    ran = awsml("advise", str(scenario), "--apply")
    assert ran.code == 0, ran.err
    assert scenario.read_text() == SCENARIO.replace("mode: file  #", "mode: pipe  #")
    assert "set inputs.train.mode: pipe" in ran.err


def test_apply_leaves_what_a_person_has_to_agree_to(awsml: CommandLine, scenario: Path) -> None:
    ran = awsml("advise", str(scenario), "--apply")
    assert "left to you: compute.fallback" in ran.err
    assert "fallback" not in scenario.read_text()


def test_apply_twice_changes_nothing_more(awsml: CommandLine, scenario: Path) -> None:
    awsml("advise", str(scenario), "--apply")
    once = scenario.read_text()
    awsml("advise", str(scenario), "--apply")
    assert scenario.read_text() == once


def test_advice_about_a_flag_is_advice_about_that_value(awsml: CommandLine, scenario: Path) -> None:
    out = awsml("advise", str(scenario), "--input-mode", "pipe").out
    assert "input mode: keep pipe" in out


def test_spot_without_checkpoints_that_costs_more_is_an_error(
    awsml: CommandLine, scenario: Path
) -> None:
    text = SCENARIO.replace("compute: 17m", "compute: 20h").replace("runtime: 2h", "runtime: 30h")
    scenario.write_text(text + "spot: {max_wait: 60h}\n")
    ran = awsml("validate", str(scenario))
    assert ran.code == 1
    assert "error[spot-dearer-than-on-demand]" in ran.out + ran.err


def test_unknown_data_is_said_to_be_unknown_and_how_to_know_it(
    awsml: CommandLine, scenario: Path
) -> None:
    scenario.write_text(SCENARIO.replace("    data: {size: 78 GB, objects: 780}\n", ""))
    out = awsml("advise", str(scenario)).out
    assert "saving unknown" in out
    assert "inputs.train.data.size" in out
    assert "awsml data probe" in out
