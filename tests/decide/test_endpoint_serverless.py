"""A latency for 99 % rules serverless out only where cold starts are frequent and long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml import catalog
from awsml.estimate.cold_starts import cold_share, rate_of_share
from tests.decide.test_endpoint import advice
from tests.decide.test_endpoint_moves import planned

CHURN = """
kind: endpoint
name: churn
region: us-east-1
model:
  data: s3://acme/models/m/model.tar.gz
  image: {uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/m:1.0"}
compute: {instance: ml.m5.large, count: 1}
traffic: {requests_per_second: 0.01, mean_share: 50%, payload: 5 KB, p99: 1s}
observed: {cpu: 2%, latency: 50ms, requests_per_second: 0.01}
owner: x
"""


@pytest.fixture
def churn(tmp_path: Path) -> Path:
    file = tmp_path / "churn.yaml"
    file.write_text(CHURN, encoding="utf-8")
    return file


def serverless(file: Path, *sets: str) -> dict[str, Any]:
    rows = advice(planned(file, *sets), "serving mode")["alternatives"]
    return next(each for each in rows if each["option"] == "serverless")


@pytest.mark.parametrize(
    ("sets", "verdict"),
    [
        ((), "worse"),  # 5 % start cold, and 10 s are more than 1 s
        (("traffic.p99=30s",), "unknown"),  # a cold start may take a minute
        (("traffic.p99=60s",), "better"),  # no cold start is so long
        (("traffic.requests_per_second=0.05",), "better"),  # too few start cold
        (
            ("traffic.requests_per_second=35", "observed={latency: 50ms}"),
            "worse",
        ),  # real time is cheaper
        (("traffic.p99=40ms",), "worse"),  # an answer alone takes longer
    ],
)
def test_what_flips_it(churn: Path, sets: tuple[str, ...], verdict: str) -> None:
    assert serverless(churn, *sets)["verdict"] == verdict


def test_cold_starts_are_told_in_numbers_with_the_flip(churn: Path) -> None:
    why = serverless(churn)["why"]
    length = catalog.ranged("serverless_cold_seconds")
    assert length.expected == 10
    assert "5% of the requests (1.1% to 22%) start a container" in why
    assert "10 s (2 s to 1m)" in why
    assert "from traffic.p99 of 1m, or from 0.0312 requests a second at the peak" in why


def test_the_flip_of_the_rate_is_where_it_is_said_to_be(churn: Path) -> None:
    assert serverless(churn, "traffic.requests_per_second=0.0313")["verdict"] == "better"
    assert serverless(churn, "traffic.requests_per_second=0.0300")["verdict"] == "unknown"


def test_a_lone_request_is_always_cold_and_a_busy_hour_hardly_ever() -> None:
    assert cold_share(1e-9, 0.1, 600) == pytest.approx(1.0, abs=1e-4)
    assert cold_share(100, 0.05, 600) < 1e-3


@given(st.floats(1e-4, 10), st.floats(0.001, 5), st.floats(60, 1200))
def test_containers_that_are_kept_for_longer_start_cold_less(
    rate: float, seconds: float, kept: float
) -> None:
    assert 0 <= cold_share(rate, seconds, 2 * kept) <= cold_share(rate, seconds, kept) <= 1


@given(st.floats(0.001, 5), st.floats(60, 1200))
def test_from_the_rate_of_a_share_on_no_more_start_cold(seconds: float, kept: float) -> None:
    rate = rate_of_share(0.01, seconds, kept)
    assert cold_share(rate, seconds, kept) <= 0.01 + 1e-6
