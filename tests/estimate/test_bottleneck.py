"""The order of tests, and what each verdict rests on."""

import pytest

from awsml.catalog import constant
from awsml.estimate.bottleneck import REST, diagnose, signals_of


def threshold(name):
    return constant(name).value


def verdict(about="training", **signals):
    return diagnose(signals, about, threshold)


BUSY = {"cpu": 0.5, "cpu_p95": 0.6, "io_wait": 0.1, "data_wait": 0.1, "network": 0.1}


@pytest.mark.parametrize(
    ("expected", "signals"),
    [
        ("network", {"network": 0.8, "cpu": 0.9, "gpu": 0.1}),
        ("cpu", {"network": 0.1, "cpu": 0.85, "gpu": 0.4}),
        ("cpu", {"network": 0.1, "cpu": 0.7, "cpu_p95": 0.95, "gpu": 0.05}),
        ("io", {"network": 0.1, "cpu": 0.3, "cpu_p95": 0.4, "io_wait": 0.6, "gpu": 0.4}),
        ("gpu", {**BUSY, "gpu": 0.92}),
        ("batch-size", {**BUSY, "gpu": 0.5, "gpu_p95": 0.6, "gpu_memory_p95": 0.3}),
        (
            "uneven-feed",
            {**BUSY, "gpu": 0.5, "gpu_p95": 0.95, "gpu_p5": 0.02, "gpu_memory_p95": 0.8},
        ),
        (REST, {**BUSY, "gpu": 0.5, "gpu_p95": 0.9, "gpu_p5": 0.3, "gpu_memory_p95": 0.8}),
    ],
)
def test_each_verdict_has_its_signs(expected, signals):
    assert verdict(**signals).verdict == expected


def test_what_starves_a_gpu_is_named_before_the_gpu_itself():
    both = {"network": 0.1, "cpu": 0.9, "cpu_p95": 0.99, "io_wait": 0.9, "gpu": 0.9}
    assert verdict(**both).verdict == "cpu"


def test_the_reason_quotes_the_value_and_the_threshold():
    found = verdict(network=0.1, cpu=0.3, io_wait=0.62, gpu=0.4)
    assert found.because == "I/O wait 62% (at least 50%), GPU 40% (below 70%)"


def test_without_signals_nothing_is_claimed_and_all_of_them_are_asked_for():
    nothing = verdict()
    assert nothing.verdict is None
    assert {"gpu", "cpu", "io_wait", "network"} <= {
        missing for each in nothing.skipped for missing in each.missing
    }


def test_a_test_that_could_not_hold_anyway_asks_for_nothing():
    # The GPU is busy, so no amount of I/O wait would make this I/O-bound.
    found = verdict(network=0.1, cpu=0.3, cpu_p95=0.4, gpu=0.95)
    assert found.verdict == "gpu"
    assert "io" not in [each.verdict for each in found.skipped]


def test_no_load_is_a_verdict_about_endpoints_only():
    idle = {
        **BUSY,
        "gpu": 0.1,
        "machine": 0.1,
        "gpu_p95": 0.8,
        "gpu_p5": 0.1,
        "gpu_memory_p95": 0.8,
    }
    assert verdict("endpoint", **idle, concurrency=0.2).verdict == "no-load"
    assert verdict("training", **idle, concurrency=0.2).verdict == REST


def test_a_series_becomes_its_mean_and_percentiles():
    signals = dict(signals_of("gpu", [0.0, 0.5, 1.0, 0.5]))
    assert signals["gpu"] == 0.5
    assert signals["gpu_p95"] == pytest.approx(0.925)
    assert signals["gpu_p5"] == pytest.approx(0.075)
    assert dict(signals_of("gpu", []))["gpu"] is None
