"""Moves of an endpoint hold at every speed that the other type may have, or are to be tested."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from awsml import api, catalog
from awsml.api import Terms
from awsml.estimate.devices import carried_over, device_ratio
from awsml.kinds import INCLUDES, KINDS
from awsml.scenario.loader import load
from awsml.scenario.overrides import Override
from tests.decide.test_endpoint import advice, row

SCENARIOS = Path(__file__).parents[2] / "scenarios"
HOUR = {"ml.g5.xlarge": 1.408, "ml.g4dn.xlarge": 0.7364}

CLASSIFIER = """
kind: endpoint
name: classifier
region: us-east-1
model:
  data: s3://acme/models/m/model.tar.gz
  image: {uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/m:1.0"}
compute: {instance: ml.g5.xlarge, count: 1}
traffic: {requests_per_second: 20, mean_share: 40%, payload: 100 KB, p99: 200ms}
observed: {gpu: 45%, cpu: 30%, latency: 20ms, requests_per_second: 20, throughput: 45}
candidates: [ml.g4dn.xlarge]
autoscaling: {min: 1, max: 20, target: auto}
owner: x
"""


def planned(file: Path, *sets: str) -> dict[str, Any]:
    loaded = load(
        str(file),
        environ={},
        kinds=KINDS,
        includes=INCLUDES,
        overrides=[Override.parse(text) for text in sets],
    )
    return api.plan(loaded.documents[0], Terms(target="aws")).report.as_json()


@pytest.fixture
def classifier(tmp_path: Path) -> Path:
    file = tmp_path / "classifier.yaml"
    file.write_text(CLASSIFIER, encoding="utf-8")
    return file


def ratio(one: str, here: str) -> tuple[float, float, float]:
    there, known = catalog.instance(one), catalog.instance(here)
    assert there is not None and known is not None
    return device_ratio(there, known, 2.0)


def test_a_card_that_is_slower_by_both_rates_is_not_expected_to_be_as_fast() -> None:
    low, expected, high = ratio("g4dn.xlarge", "g5.xlarge")  # 65 to 70 TFLOPS, 320 to 600 GB/s
    assert (low, high) == (pytest.approx(320 / 600 / 2), 1.0)
    assert expected == pytest.approx((65 / 70 * 320 / 600) ** 0.5)


@pytest.mark.parametrize(("one", "other"), [("g4dn", "g5"), ("g4dn", "g6"), ("g6e", "p3")])
def test_the_ratio_there_and_back_is_the_same(one: str, other: str) -> None:
    names = (
        ("g6e.xlarge" if one == "g6e" else f"{one}.xlarge"),
        ("p3.2xlarge" if other == "p3" else f"{other}.xlarge"),
    )
    there, back = ratio(*names), ratio(*reversed(names))
    assert there == pytest.approx(tuple(1 / each for each in reversed(back)))


def test_only_the_share_of_the_device_slows_down() -> None:
    slow = (0.25, 0.5, 1.0)
    assert carried_over(slow, 0.0) == (1.0, 1.0, 1.0)
    assert carried_over(slow, 1.0) == pytest.approx(slow)
    assert carried_over(slow, 0.5) == pytest.approx((0.4, 2 / 3, 1.0))


def test_a_full_gpu_is_never_sized_down_and_the_saving_reaches_below_nothing(
    classifier: Path,
) -> None:
    printed = planned(classifier, "observed.gpu=99%")
    sized = advice(printed, "instance")
    assert printed["diagnosis"]["bottleneck"] == "compute"
    assert "right-size" not in sized["recommend"] and sized["fixes"] == []
    assert "test ml.g4dn.xlarge first: `awsml endpoint bench`" in sized["recommend"]
    usd = sized["saves"]["usd"]
    assert usd["low"] < 0 < usd["expected"] < usd["high"]
    assert sized["alternatives"][1]["verdict"] == "unknown"


def test_a_full_gpu_is_not_sized_down_however_small_the_load_will_be(classifier: Path) -> None:
    sets = ("observed.gpu=99%", "traffic.requests_per_second=1")
    assert "right-size" not in advice(planned(classifier, *sets), "instance")["recommend"]
    idle = planned(classifier, "traffic.requests_per_second=1")
    assert advice(idle, "instance")["recommend"] == "right-size down to 1 x ml.g4dn.xlarge"


def test_the_answer_flips_where_it_is_said_to(classifier: Path) -> None:
    told = advice(planned(classifier), "instance")["recommend"]
    found = re.search(r"pays from ([0-9.]+) requests a second", told)
    assert found is not None
    flip = float(found.group(1))
    for factor, moves in ((0.9, False), (1.1, True)):
        sets = ("observed.on=ml.g4dn.xlarge", f"observed.throughput={flip * factor:.3f}")
        tested = row(planned(classifier, *sets, "observed.latency=null"), "ml.g4dn.xlarge")
        assert (tested["usd_per_month"]["high"] < HOUR["ml.g5.xlarge"] * 730) is moves


def test_the_worked_scenario_does_not_move_to_a_card_that_may_be_half_as_fast() -> None:
    sized = advice(planned(SCENARIOS / "endpoint-autoscaling.yaml"), "instance")
    assert sized["recommend"].startswith("keep ml.g6.xlarge; test ml.g4dn.xlarge first")
    assert sized["saves"]["usd"]["low"] < 0


def test_machines_and_dollars_of_the_peak_and_of_the_mean_stand_side_by_side(
    classifier: Path,
) -> None:
    printed = planned(classifier, "traffic.requests_per_second=44")
    why = row(printed, "ml.g5.xlarge")["why"]
    assert "2 at the peak of 44 a second ($2,055.68 a month if it lasted)" in why
    assert "1 at the mean of 17.6 ($1,027.84)" in why
    usd = row(printed, "ml.g5.xlarge")["usd_per_month"]
    assert usd["low"] < usd["expected"] < usd["high"]
    line = next(each for each in printed["cost"]["lines"] if "hosting" in each["what"])
    assert "2 at the peak of 44 a second, 1 at the mean of 17.6" in line["what"]
    assert line["usd"]["expected"] == pytest.approx(usd["expected"], rel=1e-2)
