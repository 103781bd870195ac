"""`expect:` holds a plan to what its author counts on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from awsml.expect import holds, value_at
from tests.conftest import CommandLine

ROOT = Path(__file__).parent.parent
JOB = """\
kind: training
name: job
region: us-east-1
role: arn:aws:iam::111122223333:role/train
image: {uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/train:1"}
compute: {instance: ml.m7i.large, volume: 30 GB}
inputs: {train: {from: "s3://acme-data/train/", mode: file}}
output: s3://acme-data/out/
limits: {runtime: 1h}
"""


@pytest.mark.parametrize(
    ("actual", "condition", "met"),
    [
        (40, "<= 40", True),
        (40.5, "<= 40 USD", False),
        (7200, ">= 2h", True),
        (7199, ">= 2h", False),
        (10, "> 10", False),
        (11, "> 10", True),
        (11, "< 1e1", False),
        (15, "10..20", True),
        (21, "10..20", False),
        (150, "2m..3m", True),
        ("pipe", "pipe", True),
        ("pipe", "!= pipe", False),
        ("pipe", "== file", False),
        (True, "true", True),
        (True, "1", False),
        (3, "3.0", True),
        (3, "== 3", True),
        ("ml.g5.xlarge", "ml.g5.xlarge", True),
        ("text", "<= 4", False),
        (5_000_000_000, "<= 5 GB", True),
    ],
)
def test_a_condition_says_what_it_looks_like(actual: Any, condition: str, met: bool) -> None:
    assert holds(actual, condition) is met


def test_a_path_finds_keys_with_dots_and_items_of_lists() -> None:
    tree = {"effective": {"a.b": {"value": 1, "source": "flag"}}, "calls": [{"x": {"y": 2}}]}
    assert value_at(tree, "effective.a.b") == 1
    assert value_at(tree, "effective.a.b.source") == "flag"
    assert value_at(tree, "calls[0].x.y") == 2
    assert value_at(tree, "calls.0.x.y") == 2


def unmet(awsml: CommandLine, folder: Path, expect: str, *words: str) -> list[dict[str, Any]]:
    (folder / "job.yaml").write_text(f"{JOB}expect:\n  {expect}\n")
    ran = awsml("validate", "job.yaml", "-o", "json", *words)
    findings = json.loads(ran.out)["findings"]
    found = [f for f in findings if f["slug"] == "expectation-not-met"]
    assert ran.code == (1 if found else 0), ran.out
    return found


@pytest.mark.parametrize(
    "expect",
    [
        'cost.ceiling: "> 0"',
        "effective.inputs.train.mode: file",
        'calls[0].params.ResourceConfig.VolumeSizeInGB: "20..40"',
        "kind: training",
        "findings: []",
        'calls[0].operation: "!= CreateModel"',
    ],
)
def test_what_holds_is_no_finding(awsml: CommandLine, tmp_path: Path, expect: str) -> None:
    assert unmet(awsml, tmp_path, expect) == []


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ('cost.ceiling: "<= 0.001 USD"', "and <= 0.001 USD was expected"),
        ("effective.inputs.train.mode: pipe", "is file, and pipe was expected"),
        ("effective.inputs.trian.mode: pipe", "the plan has no"),
        ("findings: [small-files]", "`small-files` was expected and is not found"),
        ('time.phases[0].seconds.expected: "<= 1 ms"', "and <= 1 ms was expected"),
    ],
)
def test_what_does_not_hold_is_found_at_its_line(
    awsml: CommandLine, tmp_path: Path, expect: str, said: str
) -> None:
    [finding] = unmet(awsml, tmp_path, expect)
    assert said in finding["message"]
    assert (finding["line"], finding["file"]) == (11, "job.yaml")
    assert finding["column"] == 3 + len(expect.partition(": ")[0]) + 2


def test_a_finding_that_nobody_listed_breaks_the_expectation(
    awsml: CommandLine, tmp_path: Path
) -> None:
    text = JOB.replace("train:1", "train:latest")
    (tmp_path / "job.yaml").write_text(f"{text}expect: {{findings: []}}\n")
    assert "`mutable-image-tag` is found and was not expected" in awsml("validate", ".").out
    (tmp_path / "job.yaml").write_text(f"{text}expect: {{findings: [mutable-image-tag]}}\n")
    assert awsml("validate", ".").code == 0


def test_plan_asserts_them_too(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(f'{JOB}expect: {{cost.ceiling: "<= 0"}}\n')
    ran = awsml("plan", "job.yaml", "-o", "json")
    assert ran.code == 1
    assert "expectation-not-met" in [f["slug"] for f in json.loads(ran.out)["findings"]]


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "scenarios").glob("*.yaml")))
def test_the_worked_examples_keep_their_word(awsml: CommandLine, name: str) -> None:
    ran = awsml("validate", str(ROOT / "scenarios" / name))
    assert ran.code == 0, ran.out
