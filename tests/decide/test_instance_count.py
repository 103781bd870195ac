"""How many instances pay follows from throughputs measured on the type, and from its network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CommandLine

SCENARIO = """\
kind: training
name: counted
region: us-east-1
code: {{dir: ., entry: train.py}}
image: {{framework: pytorch, version: "2.10"}}
compute: {{instance: {instance}, count: {count}}}
workload: {{epochs: 10, samples: 10M, samples_per_second: 3000, scaling: bench.csv, {more}}}
limits: {{runtime: {limit}}}
output: s3://acme/runs/
"""
BENCH = """\
strategy,gpus,nodes,batch_per_gpu,throughput
ddp,1,1,32,400
ddp,2,1,32,780
ddp,4,1,32,1540
ddp,8,1,32,3000
"""


def advised(awsml: CommandLine, bench: str = BENCH, **given: Any) -> Any:
    terms = {"instance": "ml.p3.16xlarge", "count": 2, "more": "parameters: 25M", "limit": "24h"}
    Path("train.py").write_text("", encoding="utf-8")
    Path("bench.csv").write_text(bench, encoding="utf-8")
    Path("job.yaml").write_text(SCENARIO.format(**(terms | given)), encoding="utf-8")
    ran = awsml("advise", "job.yaml", "-o", "json")
    answer = json.loads(ran.out)
    found = [each for each in answer["advice"] if each["subject"] == "instances"]
    return found[0] if found else answer


def row(advice: Any, count: int) -> Any:
    return next(each for each in advice["alternatives"] if each["option"] == str(count))


def test_one_instance_is_cheapest_and_more_cost_dollars_for_hours(awsml: CommandLine) -> None:
    advice = advised(awsml)
    assert row(advice, 1)["verdict"] == "chosen"
    assert row(advice, 2)["seconds"]["expected"] < row(advice, 1)["seconds"]["expected"]
    assert "each hour saved costs" in row(advice, 2)["why"]


def test_a_time_limit_that_one_misses_makes_more_of_them_pay(awsml: CommandLine) -> None:
    advice = advised(awsml, limit="8h")
    assert row(advice, 1)["verdict"] == "worse"
    assert row(advice, 2)["verdict"] == "chosen"


def test_a_faster_network_is_worth_what_the_slow_one_loses(awsml: CommandLine) -> None:
    """P3dn has four times the network of P3, and is what the note speaks of."""
    slow = advised(awsml)
    fast = advised(awsml, instance="ml.p3dn.24xlarge")
    assert "if the network cost nothing" in slow["notes"][0]
    assert row(fast, 2)["seconds"]["expected"] < row(slow, 2)["seconds"]["expected"]


def test_without_the_bytes_of_the_gradients_nothing_is_foretold(awsml: CommandLine) -> None:
    advice = advised(awsml, more="megapixels: 1")
    assert row(advice, 2)["verdict"] == "unknown"
    assert "workload.parameters" in row(advice, 2)["why"]


@pytest.mark.parametrize("bench", ["", "gpus\n1\n"])
def test_measurements_that_cannot_be_read_are_an_error(awsml: CommandLine, bench: str) -> None:
    answer = advised(awsml, bench)
    assert "measurements-unreadable" in {finding["slug"] for finding in answer["findings"]}


def planned(awsml: CommandLine, old: str, new: str, count: int = 2) -> Any:
    terms = {"instance": "ml.p4d.24xlarge", "count": count, "more": "parameters: 25M"}
    text = SCENARIO.format(**terms, limit="5d")
    Path("train.py").write_text("", encoding="utf-8")
    Path("bench.csv").write_text(BENCH, encoding="utf-8")
    Path("job.yaml").write_text(text.replace(old, new), encoding="utf-8")
    plan = json.loads(awsml("plan", "job.yaml", "-o", "json").out)
    return next(p for p in plan["time"]["phases"] if p["name"] == "epochs")["seconds"]


@pytest.mark.parametrize("count", [1, 2])
def test_a_plan_without_a_rate_takes_the_one_that_advice_counts_with(
    awsml: CommandLine, count: int
) -> None:
    epochs = planned(awsml, "samples_per_second: 3000, ", "", count)
    advice = advised(awsml, instance="ml.p4d.24xlarge", count=count, limit="5d")
    seconds = row(advice, count)["seconds"]
    for end in ("low", "expected", "high"):
        assert epochs[end] == pytest.approx(seconds[end], rel=0.02)


def test_a_stated_rate_or_time_stands_before_measurements(awsml: CommandLine) -> None:
    assert planned(awsml, "100 MB", "")["expected"] == pytest.approx(1e8 / 3000, rel=0.01)
    timed = planned(awsml, "samples_per_second: 3000", "compute: 2h")["expected"]
    assert timed == pytest.approx(7200, rel=0.01)


def test_a_plan_survives_measurements_that_cannot_be_read(awsml: CommandLine) -> None:
    lost = planned(awsml, "samples_per_second: 3000, scaling: bench.csv", "scaling: lost.csv")
    assert lost["expected"] is None
