"""Latencies and rates of an endpoint from the files that CloudWatch's answers are saved in."""

import json

import pytest

from awsml.readers.metric_files import read_metrics
from awsml.readers.served import read_served


def read(text, instances=1):
    return read_served(text, "metrics.json", instances)


def series(label, values, minutes=None):
    times = [f"2026-01-01T00:{m:02}:00+00:00" for m in (minutes or range(len(values)))]
    return {"Id": "m1", "Label": label, "Timestamps": times, "Values": values}


def statistics(label, points):
    rows = [{"Timestamp": f"2026-01-01T00:{m:02}:00Z", **p} for m, p in enumerate(points)]
    return {"Label": label, "Datapoints": rows}


def test_latencies_are_microseconds_and_invocations_a_period_s():
    data = [series("ModelLatency", [20_000, 22_000]), series("OverheadLatency", [4000, 6000])]
    data.append(series("InvocationsPerInstance", [600, 1800]))
    found = read(json.dumps({"MetricDataResults": data}))
    assert (found.latency_seconds, found.overhead_seconds) == pytest.approx((0.021, 0.005))
    assert found.requests_per_second == pytest.approx(20)


def test_minutes_without_a_call_count_as_time():
    data = [series("Invocations", [600, 600, 600], minutes=[0, 1, 9])]
    found = read(json.dumps({"MetricDataResults": data}), instances=2)
    assert found.requests_per_second == pytest.approx(1800 / 600 / 2)


def test_statistics_may_stand_one_after_the_other_in_a_file():
    answers = (
        statistics("ModelLatency", [{"Average": 15_000.0, "Unit": "Microseconds"}] * 3),
        statistics("Invocations", [{"Sum": 120.0}] * 3),
        statistics("GPUUtilization", [{"Average": 40.0}] * 3),
    )
    text = "\n".join(json.dumps(answer, indent=4) for answer in answers)
    found = read(text)
    assert (found.latency_seconds, found.requests_per_second) == pytest.approx((0.015, 2.0))
    assert read_metrics(text, "m.json", 4, 1).series == {"gpu": [0.4] * 3}


def test_columns_of_a_csv_in_microseconds_or_in_our_own_words():
    cloudwatch = read("Timestamp,ModelLatency,Invocations\n0,30000,60\n60,30000,180\n")
    assert (cloudwatch.latency_seconds, cloudwatch.requests_per_second) == pytest.approx((0.03, 2))
    own = read("latency_ms,requests_per_second\n12,40\n14,60\n")
    assert (own.latency_seconds, own.requests_per_second) == pytest.approx((0.013, 50))


def test_milliseconds_under_the_name_of_microseconds_are_left_out_and_said():
    found = read("ModelLatency\n21\n23\n")
    assert found.latency_seconds is None
    assert "`latency_ms`" in found.problems[0]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(statistics("Invocations", [{"Average": 1.0}] * 5)),
        "Timestamp,Invocations\n0,1\n60,1\n120,1\n",
    ],
)
def test_averages_of_invocations_are_no_rate(text):
    found = read(text)
    assert found.requests_per_second is None
    assert "Sum" in found.problems[0]


def test_a_file_of_machines_alone_tells_nothing_of_requests():
    found = read("time,CPUUtilization\n0,50\n60,60\n")
    assert not found.known
