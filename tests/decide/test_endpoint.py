"""The endpoint's questions: what starves it, what should carry it, and when the answer flips."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml import api, catalog
from awsml.api import Terms
from awsml.estimate.endpoint import (
    batch_latency,
    in_flight,
    instances_needed,
    network_rate,
)
from awsml.kinds import INCLUDES, KINDS
from awsml.scenario.loader import load
from awsml.scenario.overrides import Override
from awsml.workload.endpoint import EndpointWorkload, Seen
from tests.contracts import check

SCENARIO = Path(__file__).parents[2] / "scenarios" / "object-detection-gpu.yaml"


def report(*sets: str) -> dict[str, Any]:
    loaded = load(
        str(SCENARIO),
        environ={},
        kinds=KINDS,
        includes=INCLUDES,
        overrides=[Override.parse(text) for text in sets],
    )
    return api.plan(loaded.documents[0], Terms(target="aws")).report.as_json()


def advice(printed: Mapping[str, Any], subject: str) -> dict[str, Any]:
    return next(each for each in printed["advice"] if each["subject"] == subject)


def row(printed: Mapping[str, Any], instance: str) -> dict[str, Any]:
    return next(each for each in printed["candidates"] if each["instance"] == instance)


def option(printed: Mapping[str, Any], word: str) -> dict[str, Any]:
    rows = advice(printed, "architecture")["alternatives"]
    return next(each for each in rows if word in each["option"])


def test_one_request_at_a_time_is_named_where_nothing_is_full() -> None:
    found = report()["diagnosis"]
    assert found["bottleneck"] == "serialisation"
    network = next(each for each in found["evidence"] if each["signal"] == "network")
    assert network["value"] == pytest.approx(40 * 400e3 / (0.8 * 2.5e9 / 8))
    assert network["threshold"] == 0.7
    assert any("gpu_memory" in text for text in found["missing"])


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        (("traffic.payload=5 MB", "observed.requests_per_second=40"), "network"),
        (("observed.cpu=85%",), "cpu"),
        (("observed.gpu=85%",), "compute"),
        (("observed.gpu_memory=40%",), "batch-size"),
        (("observed.gpu_p95=80%", "observed.gpu_p5=2%"), "fluctuating-feed"),
        (("observed.requests_per_second=2", "traffic.requests_per_second=2"), "no-load"),
        (
            ("observed={gpu: 6%, gpu_memory: 20%, cpu: 5%, latency: 9ms, requests_per_second: 2}",),
            "no-load",
        ),
        (("observed={cpu: 60%, latency: 50ms}", "observed.on=ml.m5.xlarge"), "serialisation"),
        (("traffic.payload=7 MB",), "payload"),
        (("traffic.payload=2 MB", "observed.overhead=40ms"), "payload"),
    ],
)
def test_a_changed_figure_names_another_bottleneck(sets: tuple[str, ...], expected: str) -> None:
    assert report(*sets)["diagnosis"]["bottleneck"] == expected


def test_without_figures_nothing_is_claimed_and_what_would_tell_is_named() -> None:
    found = report("observed={}")["diagnosis"]
    assert found["bottleneck"] is None
    assert any("observed.latency" in text for text in found["missing"])


def test_what_a_type_sustains_is_unknown_until_a_latency_is_given() -> None:
    printed = report("observed={}", "autoscaling.target=100")
    assert [each["sustained_rps"] for each in printed["candidates"]] == [None] * 6
    assert all("observed.latency" in each["missing"][0] for each in printed["candidates"][:5])


@pytest.mark.parametrize("sets", [(), ("observed={}", "autoscaling.target=100")])
def test_the_blocks_of_the_plan_keep_their_contract(sets: tuple[str, ...]) -> None:
    printed = report(*sets)
    check("plan", printed)
    check("serving_diagnosis", printed["diagnosis"])


def test_the_wide_network_instance_cannot_host_and_the_nearest_that_can_is_named() -> None:
    wide = row(report(), "ml.p3dn.24xlarge")
    assert not wide["deployable"]
    assert "cannot be hosted" in wide["why"]
    named = wide["why"].rpartition(" ")[2]
    assert "hosting" in catalog.accepted_by(named)


def test_a_built_in_algorithm_offers_only_families_of_its_guide() -> None:
    built_in = report()
    assert "unsupported by the guide" in row(built_in, "ml.g5.12xlarge")["why"]
    own = report("model.image={uri: 111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1}")
    assert row(own, "ml.g5.12xlarge")["deployable"]


def test_rates_on_another_device_are_assumed() -> None:
    smaller = row(report(), "ml.g4dn.xlarge")["sustained_rps"]
    assert smaller["basis"] == "assumed"
    assert smaller["low"] < smaller["expected"] < smaller["high"]


@pytest.mark.parametrize("other", ["ml.inf2.xlarge", "ml.c6i.2xlarge"])
def test_nothing_is_known_of_another_kind_of_device(other: str) -> None:
    own = "model.image={uri: 111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1}"
    found = row(report(own, f"candidates=[{other}]"), other)
    assert (found["deployable"], found["sustained_rps"]) == (True, None)
    assert "observed" in found["missing"][0]


def test_the_smaller_gpu_wins_while_the_large_one_idles() -> None:
    sized = advice(report(), "instance")
    assert "right-size down" in sized["recommend"]
    assert sized["saves"]["usd"]["expected"] > 0


def test_a_small_gpu_loses_where_the_load_takes_too_many() -> None:
    sets = ("traffic.requests_per_second=400", "compute.count=1", "observed.throughput=320")
    sized = advice(report(*sets, "candidates=[ml.g4dn.12xlarge]"), "instance")
    assert "right-size down" not in sized["recommend"]


def test_a_saving_that_a_slower_device_would_eat_is_to_be_measured_first() -> None:
    sized = advice(report("compute.count=1", "traffic.requests_per_second=70"), "instance")
    assert "ml.g4dn.xlarge" in sized["recommend"]
    own = ("model.image={uri: 111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1}",)
    current = ("compute.instance=ml.g6.xlarge", "observed.on=ml.g6.xlarge", "compute.count=2")
    busy = "observed={gpu: 70%, latency: 21ms, requests_per_second: 40}"
    load = ("traffic.requests_per_second=36", "traffic.p99=1s")
    unsure = advice(report(*own, *current, busy, *load), "instance")
    assert "test ml.g4dn.xlarge first: `awsml endpoint bench`" in unsure["recommend"]
    assert unsure["saves"]["usd"]["low"] < 0 < unsure["saves"]["usd"]["expected"]


def test_each_of_the_four_options_is_a_row_with_a_number() -> None:
    rows = advice(report(), "architecture")["alternatives"]
    assert len(rows) == 4
    assert all(any(letter.isdigit() for letter in each["why"]) for each in rows)
    assert "buys nothing here" in option(report(), "p3dn")["why"]
    assert "a request costs 1.17 times as much" in option(report(), "p3dn")["why"]
    starved = option(report("traffic.payload=5 MB", "traffic.requests_per_second=50"), "p3dn")
    assert "would help" in starved["why"]


def test_batch_transform_is_out_only_while_somebody_waits() -> None:
    assert option(report(), "transform")["verdict"] == "impossible"
    assert option(report("traffic.realtime=false"), "transform")["verdict"] != "impossible"


def test_a_queue_pays_where_nobody_waits_and_the_mean_is_low() -> None:
    sets = ("traffic.realtime=false", "traffic.mean_share=5%")
    modes = advice(report(*sets), "serving mode")
    assert modes["recommend"] != "stay with real-time"
    assert modes["saves"]["usd"]["expected"] > 0


def scaling_target(*sets: str) -> float:
    policy = report(*sets)["calls"][-1]["params"]["TargetTrackingScalingPolicyConfiguration"]
    return float(policy["TargetValue"])


def test_the_scaling_target_is_half_of_what_one_instance_sustains_by_the_minute() -> None:
    assert scaling_target("traffic.p99=1s") == pytest.approx(0.5 * 60 / 0.021, rel=1e-3)


def test_the_scaling_target_is_less_where_half_would_answer_late() -> None:
    assert scaling_target("traffic.p99=60ms") < 0.8 * scaling_target("traffic.p99=1s")


def test_a_tighter_latency_takes_more_of_the_same_type_until_none_will_do() -> None:
    loose, tight, none = (
        row(report(f"traffic.p99={p99}"), "ml.g4dn.xlarge") for p99 in ("1s", "50ms", "25ms")
    )
    assert loose["in_time"] and tight["in_time"] and not none["in_time"]
    assert tight["instances"] > loose["instances"]
    assert tight["p99_seconds"]["expected"] <= 0.05 < loose["p99_seconds"]["expected"]
    assert "too late: 99 % would take" in none["why"] and "25 ms" in none["why"]
    assert "so that they wait less" in tight["why"]


def test_a_type_that_would_answer_late_is_not_advised_however_cheap() -> None:
    sized = advice(report("traffic.p99=25ms"), "instance")
    assert sized["recommend"].startswith("none of these answers in time")
    cheap = next(each for each in sized["alternatives"] if each["option"] == "ml.g4dn.xlarge")
    assert (cheap["verdict"], cheap["usd"]["expected"] > 0) == ("worse", True)


CORES = (
    "model.image={uri: 111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1}",
    "compute.instance=ml.m6i.xlarge",
    "observed={latency: 18ms, throughput: 130, memory: 12%}",
    "candidates=[ml.m6i.large]",
    "traffic.realtime=false",
)


def mode(name: str, *sets: str) -> dict[str, Any]:
    rows = advice(report(*CORES, *sets), "serving mode")["alternatives"]
    return next(each for each in rows if each["option"] == name)


def test_serverless_is_priced_by_memory_and_time() -> None:
    usd = mode("serverless")["usd"]["expected"]
    price = catalog.storage_price("sagemaker-serverless-memory", "us-east-1")
    assert price is not None
    wanted = 40 * 0.018 * 730 * 3600 * 2 * float(price.usd)  # 12 % of 16 GB is 2 GB
    assert usd == pytest.approx(wanted, rel=1e-3)
    unknown = mode("serverless", "observed={latency: 18ms, throughput: 130}")["usd"]
    assert unknown["high"] == pytest.approx(6 * unknown["low"])


@pytest.mark.parametrize(
    ("sets", "why"),
    [
        (("compute.instance=ml.g6.xlarge",), "uses a device"),
        (("traffic.payload=5 MB",), "requests are 5 MB"),
        (("observed.memory=60%",), "this model takes 9,830 MB"),
        (("traffic.requests_per_second=20000",), "360 requests are in flight"),
    ],
)
def test_serverless_is_out_where_its_limits_are_too_small(sets: tuple[str, ...], why: str) -> None:
    found = mode("serverless", *sets)
    assert found["verdict"] == "impossible"
    assert why in found["why"]


def test_ways_to_serve_that_make_somebody_wait_are_priced_all_the_same() -> None:
    for name in ("asynchronous", "batch transform"):
        found = mode(name, "traffic.realtime=true")
        assert found["verdict"] == "impossible"
        assert found["usd"]["expected"] == pytest.approx(mode(name)["usd"]["expected"])


def test_too_few_of_the_type_in_force_are_more_of_it() -> None:
    load = ("autoscaling.max=2", "traffic.requests_per_second=200", "traffic.p99=1s")
    sized = advice(report(*CORES, *load, "candidates=[ml.m6i.2xlarge]"), "instance")
    assert sized["recommend"] == "run 4 x ml.m6i.xlarge"
    assert sized["fixes"] == [{"field": "autoscaling.max", "value": "4", "safe": False}]
    fewer = advice(report(*CORES, *load, "candidates=[ml.c6i.xlarge]"), "instance")
    assert fewer["recommend"] == "right-size down to 4 x ml.c6i.xlarge"


def test_dollars_of_a_million_are_the_month_over_its_requests() -> None:
    smaller = row(report(), "ml.g4dn.xlarge")
    asked = 40 * 730 * 3600 / 1e6
    month = smaller["usd_per_month"]["expected"]
    assert smaller["usd_per_million"]["expected"] == pytest.approx(month / asked, rel=1e-4)


def test_a_file_of_utilisation_stands_in_for_typed_figures(tmp_path: Path) -> None:
    rows = "\n".join(f"{60 * i},{20 + i % 3},{90 + i % 5},40" for i in range(30))
    file = tmp_path / "seen.csv"
    file.write_text("time,GPUUtilization,cpu,gpu_memory\n" + rows, encoding="utf-8")
    seen = f"{{file: {file}, latency: 21ms, requests_per_second: 40}}"
    assert report(f"observed={seen}")["diagnosis"]["bottleneck"] == "cpu"


def test_a_saved_answer_of_cloudwatch_is_all_that_a_diagnosis_takes(tmp_path: Path) -> None:
    series = {
        "CPUUtilization": 8 * 35.0,
        "GPUUtilization": 12.0,
        "ModelLatency": 21_000.0,
        "InvocationsPerInstance": 40 * 60.0,
    }
    times = [f"2026-01-01T00:{minute:02}:00+00:00" for minute in range(30)]
    results = [
        {"Id": f"m{i}", "Label": label, "Timestamps": times, "Values": [value] * 30}
        for i, (label, value) in enumerate(series.items())
    ]
    file = tmp_path / "answer.json"
    file.write_text(json.dumps({"MetricDataResults": results, "Messages": []}))
    read, typed = report(f"observed={file}"), report()
    assert read["diagnosis"]["bottleneck"] == typed["diagnosis"]["bottleneck"] == "serialisation"
    (one, other) = (each["candidates"][0]["sustained_rps"]["expected"] for each in (read, typed))
    assert one == pytest.approx(other)


def test_a_machine_without_a_gpu_is_not_said_to_have_an_idle_one() -> None:
    sets = ("observed={cpu: 3%, latency: 20ms, requests_per_second: 1}", "observed.on=ml.m5.xlarge")
    found = report(*sets)["diagnosis"]
    assert found["bottleneck"] == "no-load"
    assert "GPU" not in found["because"]


def test_sums_that_no_machine_reaches_are_said(tmp_path: Path) -> None:
    file = tmp_path / "seen.csv"
    file.write_text("time,GPUUtilization\n0,12\n60,640\n120,13\n", encoding="utf-8")
    printed = report(f"observed={{file: {file}, latency: 21ms}}")
    assert "observed-doubtful" in {each["slug"] for each in printed["findings"]}


def test_a_missing_file_is_an_error_at_its_field() -> None:
    printed = report("observed={file: nowhere.csv}")
    assert "observed-unreadable" in {each["slug"] for each in printed["findings"]}


@given(st.floats(0.001, 10), st.integers(1, 512), st.floats(1, 1e5))
def test_a_larger_batch_never_takes_less_time(first: float, batch: int, most: float) -> None:
    now = batch_latency(first, batch, most, 1.5)
    assert batch_latency(first, batch + 1, most, 1.5) >= now >= first * 0.999999


@given(st.floats(0.1, 1e4), st.floats(0.1, 1e4))
def test_more_load_never_takes_fewer_instances(rate: float, sustained: float) -> None:
    assert instances_needed(rate * 2, sustained, 0.5) >= instances_needed(rate, sustained, 0.5) >= 1


def test_requests_in_flight_are_rate_times_latency() -> None:
    assert in_flight(40, 0.021) == pytest.approx(0.84)


@given(st.floats(1e3, 1e7))
def test_more_bandwidth_is_never_slower(size: float) -> None:
    work = EndpointWorkload("us-east-1", "ml.p3.2xlarge", Seen("ml.p3.2xlarge"), payload_bytes=size)
    narrow, wide = catalog.instance("p3.2xlarge"), catalog.instance("p3.16xlarge")
    assert narrow is not None and wide is not None
    slow, fast = network_rate(narrow, work, 0.8), network_rate(wide, work, 0.8)
    assert slow is not None and fast is not None and fast > slow


def test_where_none_of_those_named_can_host_the_usual_ones_stand_in() -> None:
    sets = ("compute.instance=ml.p3.8xlarge", "candidates=[ml.p3.16xlarge, ml.p3dn.24xlarge]")
    found = advice(report(*sets), "instance")
    moved = [row["option"] for row in found["alternatives"] if row["verdict"] == "better"]
    assert moved and moved[0] in found["recommend"]


FREE = ("model.image={uri: 111122223333.dkr.ecr.us-east-1.amazonaws.com/own:1}",)
ONE_G5 = (
    *FREE,
    "compute={instance: ml.g5.xlarge, count: 1}",
    "observed={latency: 20ms, throughput: 50, gpu: 80%}",
    "candidates=[ml.g4dn.xlarge, ml.g6.xlarge]",
    "autoscaling=null",
    "traffic.p99=300ms",
)


def slugs(printed: Mapping[str, Any]) -> set[str]:
    return {each["slug"] for each in printed["findings"]}


@pytest.mark.parametrize(
    ("most", "field"), [("null", "compute.count"), ("{max: 3}", "autoscaling.max")]
)
def test_a_load_that_no_instance_there_may_be_carries_is_a_finding(most: str, field: str) -> None:
    printed = report(*ONE_G5, "traffic.requests_per_second=500", f"autoscaling={most}")
    (found,) = [f for f in printed["findings"] if f["slug"] == "load-above-capacity"]
    assert found["fix"] == {"field": field, "value": "20", "safe": False}
    enough = report(*ONE_G5, "traffic.requests_per_second=500", "compute.count=20")
    assert "load-above-capacity" not in slugs(enough)


def test_what_was_served_while_it_was_measured_is_no_overload() -> None:
    seen = "observed={latency: 20ms, requests_per_second: 500}"  # several at a time, evidently
    assert "load-above-capacity" not in slugs(
        report(*ONE_G5, "traffic.requests_per_second=500", seen)
    )


def test_where_the_load_is_not_carried_prices_are_held_against_what_carries_it() -> None:
    sized = advice(report(*ONE_G5, "traffic.requests_per_second=500"), "instance")
    rows = {each["option"]: each for each in sized["alternatives"]}
    assert rows["1 x ml.g5.xlarge"]["verdict"] == "impossible"
    assert sized["recommend"].startswith("run 20 x ml.g5.xlarge")
    assert rows["20 x ml.g5.xlarge"]["verdict"] == "better"
    assert rows["ml.g4dn.xlarge"]["verdict"] == "unknown"  # the cheapest, unless it is slow
    assert rows["ml.g6.xlarge"]["verdict"] == "worse"
    served = advice(report(*ONE_G5, "traffic.requests_per_second=500"), "serving mode")
    assert served["alternatives"][0]["usd"] == rows["20 x ml.g5.xlarge"]["usd"]


def test_a_payload_that_real_time_does_not_take_is_found_and_advised_alike() -> None:
    printed = report(*ONE_G5, "traffic.payload=10 MB")
    assert "payload-above-limit" in slugs(printed)
    served = advice(printed, "serving mode")
    assert served["recommend"] == "serve by asynchronous"
    assert served["alternatives"][0]["verdict"] == "impossible"
    sized = advice(printed, "instance")
    assert (sized["fixes"], "serving mode" in sized["recommend"]) == ([], True)
    queued = "aws={CreateEndpointConfig: {AsyncInferenceConfig: {OutputConfig: {S3OutputPath: 's3://acme/o/'}}}}"
    assert "payload-above-limit" not in slugs(report(*ONE_G5, "traffic.payload=10 MB", queued))


def test_above_what_a_queue_takes_nothing_serves_it() -> None:
    served = advice(report(*ONE_G5, "traffic.payload=2 GB"), "serving mode")
    assert served["recommend"] == "none takes a payload of 2 GB: send less"


def machines(*sets: str) -> float:
    hours = report(*ONE_G5, *sets)["cost"]["lines"][0]["quantity"]
    return float(hours["expected"]) / 730


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        (("traffic.requests_per_second=40", "autoscaling={min: 1, max: 4, target: 1200}"), 2),
        (("traffic.requests_per_second=40", "autoscaling={min: 1, max: 4}"), 2),
        (("traffic.requests_per_second=40", "autoscaling={min: 3, max: 4}"), 3),
        (("traffic.requests_per_second=400", "autoscaling={min: 1, max: 4}"), 4),
        (("traffic={requests_per_second: 40, mean_share: 25%}", "autoscaling={max: 4}"), 1.14473),
        (("traffic={}", "autoscaling={min: 1, max: 4}"), 1),
        (("traffic.requests_per_second=400",), 1),
    ],
)
def test_the_load_says_how_many_scaled_instances_are_paid(
    sets: tuple[str, ...], expected: float
) -> None:
    assert machines(*sets) == pytest.approx(expected, rel=1e-3)


def test_the_cost_and_the_row_of_the_type_in_force_agree() -> None:
    printed = report()
    (line,) = [each for each in printed["cost"]["lines"] if "hosting" in each["what"]]
    assert line["usd"]["expected"] == pytest.approx(
        row(printed, "ml.p3.2xlarge")["usd_per_month"]["expected"]
    )
    assert "2 at the peak of 40 a second" in line["what"]
