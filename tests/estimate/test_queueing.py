"""Latency under load: exact where a law is known, and in order everywhere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml.estimate.queueing import Queue, waits

SECONDS = st.floats(1e-4, 10)
SERVERS = st.integers(1, 32)
VARIATION = st.floats(0.1, 1)
BUSY = st.floats(0, 0.95)


@given(SECONDS, BUSY)
def test_one_server_with_exponential_service_is_the_exact_law(seconds, busy):
    found = Queue(seconds, 1, 1.0).within(0.99, busy)
    assert found == pytest.approx(math.log(100) * seconds / (1 - busy), rel=1e-4)


@pytest.mark.parametrize(
    ("servers", "load", "expected"), [(1, 0.5, 0.5), (2, 1.0, 1 / 3), (10, 8.0, 0.4092)]
)
def test_the_probability_to_wait_is_erlang_s(servers, load, expected):
    assert waits(servers, load) == pytest.approx(expected, rel=1e-3)


# The p99 of 200,000 requests through a simulated queue with gamma-distributed service.
@pytest.mark.parametrize(
    ("servers", "variation", "busy", "simulated"),
    [
        (1, 0.2, 0.5, 4.55),
        (1, 0.2, 0.8, 11.4),
        (1, 0.5, 0.6, 7.05),
        (4, 0.2, 0.8, 3.51),
        (8, 0.5, 0.7, 2.67),
        (16, 0.2, 0.5, 1.53),
        (2, 1.0, 0.7, 8.24),
    ],
)
def test_it_is_near_what_a_simulation_shows(servers, variation, busy, simulated):
    found = Queue(1.0, servers, variation).within(0.99, busy)
    assert found == pytest.approx(simulated, rel=0.15)


@given(SECONDS, SERVERS, VARIATION, BUSY)
def test_a_busier_machine_is_never_quicker(seconds, servers, variation, busy):
    queue = Queue(seconds, servers, variation)
    assert queue.within(0.99, busy + 0.04) >= queue.within(0.99, busy) * 0.9999
    assert queue.within(0.99, busy) >= queue.within(0.5, busy)


@given(SECONDS, SERVERS, VARIATION, st.floats(0.5, 20))
def test_the_busiest_that_keeps_a_time_keeps_it(seconds, servers, variation, times):
    queue = Queue(seconds, servers, variation)
    found = queue.busiest(0.99, times * seconds, 0.5)
    if found is None:
        assert queue.within(0.99, 0.01) > times * seconds * 0.99
    else:
        assert queue.within(0.99, found) <= times * seconds * 1.0001
