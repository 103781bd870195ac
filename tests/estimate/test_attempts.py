"""Runs within bounds: what more attempts, time and calm can and cannot do."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsml.estimate.attempts import Bounds, bounded
from awsml.estimate.spot import Interruptions, Work, simulate

HOUR = 3600.0
hours = st.floats(0.1, 30)
rates = st.floats(0.0, 1.0)


def fares(job, rate, attempts, runs=120, **more):
    return bounded(job, Interruptions(rate / HOUR, 600.0), Bounds(attempts, **more), runs)


@settings(max_examples=25)
@given(hours, rates, st.integers(1, 9))
def test_one_attempt_more_never_finishes_less(work, rate, attempts):
    job = Work(work * HOUR, 300.0, 900.0, 10.0)
    assert fares(job, rate, attempts).finished <= fares(job, rate, attempts + 1).finished


@settings(max_examples=25)
@given(hours, rates, hours)
def test_a_later_deadline_is_never_met_less(work, rate, deadline):
    job = Work(work * HOUR, 300.0, 900.0, 10.0)
    near = fares(job, rate, 10, deadline=deadline * HOUR)
    far = fares(job, rate, 10, deadline=2 * deadline * HOUR)
    assert near.in_time <= far.in_time <= far.finished


def test_nothing_interrupts_a_rate_of_zero():
    found = fares(Work(HOUR, 60.0), 0.0, 1)
    assert found.finished == 1
    assert found.mean_running == pytest.approx(HOUR + 60)


def test_the_odds_of_one_attempt_are_those_of_an_exponential_lifetime():
    found = fares(Work(2 * HOUR, 0.0), 0.3, 1, runs=4000)
    assert found.finished == pytest.approx(math.exp(-0.6), abs=0.02)


def test_a_timeout_ends_a_run_and_is_paid():
    found = fares(Work(2 * HOUR, 0.0), 0.0, 10, limit=HOUR)
    assert found.finished == 0
    assert found.mean_running == HOUR


def test_without_bounds_it_is_the_same_simulation():
    job, cuts = Work(6 * HOUR, 300.0, 900.0, 10.0), Interruptions(0.3 / HOUR, 600.0, 0.75)
    free = simulate(job, cuts, runs=200)
    assert list(bounded(job, cuts, Bounds(250), 200).wall) == pytest.approx(list(free.wall))
