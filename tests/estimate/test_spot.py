"""Interruptions: published optima, closed form against simulation, and limits that must hold."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsml.estimate.spot import (
    Interruptions,
    Work,
    attempts_needed,
    best_interval,
    cluster_rate,
    expected_running,
    quantile,
    simulate,
    worth_without_checkpoints,
)

MINUTE, HOUR = 60.0, 3600.0


@pytest.mark.parametrize(
    ("mean_up", "interval"), [(24 * HOUR, 117), (6 * HOUR, 57), (15 * MINUTE, 9.1)]
)
def test_the_best_interval_is_the_one_that_daly_published(mean_up, interval):
    # Five minutes to write a checkpoint; table of the 2006 paper.
    assert best_interval(5 * MINUTE, 1 / mean_up) / MINUTE == pytest.approx(interval, rel=0.01)


@settings(max_examples=40)
@given(st.floats(1, 600), st.floats(1e-6, 1e-3))
def test_no_other_interval_beats_the_best_by_much(checkpoint, rate):
    best = best_interval(checkpoint, rate)
    work = 100 * HOUR
    at_best = expected_running(Work(work, 60, best, checkpoint), rate)
    for factor in (0.3, 0.6, 1.7, 3.0):
        other = expected_running(Work(work, 60, best * factor, checkpoint), rate)
        assert other >= at_best * 0.97


@pytest.mark.parametrize("hours", [1, 3, 6])
def test_simulation_and_closed_form_agree_without_checkpoints(hours):
    job, rate = Work(hours * HOUR, 300), 0.3 / HOUR
    running = simulate(job, Interruptions(rate, HOUR)).running
    mean = sum(running) / len(running)
    assert mean == pytest.approx(expected_running(job, rate), rel=0.08)


@pytest.mark.parametrize("minutes", [10, 30, 60])
def test_simulation_and_closed_form_agree_with_checkpoints(minutes):
    job, rate = Work(20 * HOUR, 300, minutes * MINUTE, 10), 0.3 / HOUR
    running = simulate(job, Interruptions(rate, HOUR)).running
    mean = sum(running) / len(running)
    # Daly charges a restart within the restart too, so he is a little above.
    assert mean == pytest.approx(expected_running(job, rate), rel=0.08)


def test_nothing_is_lost_when_nothing_interrupts():
    job = Work(10 * HOUR, 300, HOUR, 60)
    outcomes = simulate(job, Interruptions(0.0, HOUR))
    assert set(outcomes.attempts) == {1.0}
    assert outcomes.running[0] == pytest.approx(10 * HOUR + 300 + 9 * 60)
    assert expected_running(job, 0.0) == pytest.approx(outcomes.running[-1])


@settings(max_examples=30)
@given(st.floats(0.5, 20), st.floats(0.05, 0.6), st.floats(0, 1800))
def test_free_checkpoints_never_make_a_run_longer(hours, per_hour, restart):
    cuts = Interruptions(per_hour / HOUR, HOUR)
    bare = simulate(Work(hours * HOUR, restart), cuts, runs=50)
    kept = simulate(Work(hours * HOUR, restart, 15 * MINUTE), cuts, runs=50)
    for with_them, without in zip(kept.wall, bare.wall, strict=True):
        assert with_them <= without + 1e-6


@settings(max_examples=30)
@given(st.floats(0.5, 20), st.floats(0.05, 0.5))
def test_quantiles_are_in_order_and_wall_clock_covers_running(hours, per_hour):
    job = Work(hours * HOUR, 300, 20 * MINUTE, 5)
    outcomes = simulate(job, Interruptions(per_hour / HOUR, HOUR, 0.75), runs=100)
    ends = [quantile(outcomes.wall, share) for share in (0.5, 0.9, 0.99)]
    assert ends == sorted(ends)
    assert quantile(outcomes.running, 0.99) <= ends[-1]
    assert outcomes.finished_by(ends[-1]) >= 0.99


def test_a_long_job_without_checkpoints_may_never_end_and_says_so():
    outcomes = simulate(Work(72 * HOUR, 300), Interruptions(0.6 / HOUR, HOUR), runs=50)
    assert quantile(outcomes.wall, 0.5) == math.inf
    assert outcomes.finished_by(1e9) < 0.5


def test_the_discount_is_eaten_up_where_the_formula_says():
    # (e^x - 1) / x < 1 / (1 - discount): at 60 % off, x may reach about 1.61.
    rate = 0.3 / HOUR
    assert worth_without_checkpoints(Work(1.5 / rate, 0.0), rate, 0.6)
    assert not worth_without_checkpoints(Work(1.7 / rate, 0.0), rate, 0.6)


def test_more_machines_are_interrupted_more_often_but_not_in_proportion():
    assert 1 < cluster_rate(1.0, 8, 0.4) < 8


def test_attempts_without_checkpoints_follow_the_odds_of_one():
    rate = 0.3 / HOUR
    job = Work(2 * HOUR, 0.0)
    odds = math.exp(-0.6)
    assert attempts_needed(job, rate) == math.ceil(math.log(1e-3) / math.log(1 - odds))
    assert attempts_needed(Work(100 * HOUR, 0.0), rate) is None
    assert attempts_needed(job, 0.0) == 1


def test_checkpoints_change_the_number_of_attempts_little_but_end_the_job():
    job = Work(40 * HOUR, 300, 15 * MINUTE, 10)
    needed = attempts_needed(job, 0.3 / HOUR)
    assert 12 < needed < 40


def test_a_seed_gives_the_same_outcome_again():
    job, cuts = Work(5 * HOUR, 300, HOUR), Interruptions(0.3 / HOUR, HOUR)
    assert simulate(job, cuts, runs=20) == simulate(job, cuts, runs=20)
