"""Spot or not: what it costs on average, how long it may take, and how long to wait."""

import re
from dataclasses import replace

import pytest

from awsml.finding import Level
from awsml.workload.training import SpotTerms
from tests.decide.jobs import decided, rows, script

HOUR = 3600


def job(hours, spot=None, **more):
    return script(
        instance="ml.g5.2xlarge",
        data={"size_bytes": 54e9, "objects": 500},
        epochs=10,
        compute_seconds=hours * HOUR,
        runtime_limit_seconds=round(hours * 2 * HOUR),
        spot=spot,
        **more,
    )


def about_spot(workload):
    return next(a for a in decided(workload).advice if a.subject == "spot")


def errors(workload):
    return [f.slug for f in decided(workload).findings if f.level is Level.ERROR]


KEPT = SpotTerms(checkpoints=True, checkpoint_every_seconds=600)


def test_a_long_job_without_checkpoints_is_an_error_and_with_them_a_bargain():
    assert errors(job(20, SpotTerms())) == ["spot-dearer-than-on-demand"]
    assert errors(job(20, KEPT)) == []
    found = rows(about_spot(job(20, KEPT)))
    assert found["spot, checkpoint every 10m"].usd.expected < 0.6 * found["on-demand"].usd.expected


def test_a_short_job_needs_no_checkpoints():
    assert errors(job(0.5, SpotTerms())) == []
    found = rows(about_spot(job(0.5, SpotTerms())))
    assert found["spot, no checkpoints"].usd.expected < found["on-demand"].usd.expected


def test_the_error_flips_where_the_formula_says():
    # 58 % off in us-east-1: (e^x - 1)/x reaches 1/0.42 at about x = 1.5, so near five hours.
    flips = [hours for hours in range(2, 10) if errors(job(hours, SpotTerms()))]
    assert flips and 4 <= flips[0] <= 6
    assert flips == list(range(flips[0], 10))


def test_the_wait_is_p99_of_the_wall_clock_and_never_below_the_limit():
    decision = decided(job(20, KEPT))
    wait = decision.choices["spot.max_wait"]
    case = decision.blocks["spot"]["cases"][decision.blocks["spot"]["as_written"]]
    assert case["wall_seconds"]["p99"] <= wait.value < case["wall_seconds"]["p99"] + 601
    short = decided(replace(job(1, KEPT), runtime_limit_seconds=90 * HOUR))
    assert short.choices["spot.max_wait"].value == 90 * HOUR


def test_a_wait_that_was_stated_is_kept_and_judged():
    terms = replace(KEPT, max_wait_seconds=21 * HOUR)
    decision = decided(job(20, terms))
    assert "spot.max_wait" not in decision.choices
    advice = about_spot(job(20, terms))
    (fix,) = advice.fixes
    assert fix.field == "spot.max_wait" and fix.safe
    (note,) = [n for n in advice.notes if "ends within" in n]
    assert int(re.search(r"in (\d+)%", note).group(1)) < 50


def test_without_a_length_the_wait_rests_on_the_limit():
    open_job = replace(job(20, KEPT), compute_seconds=None, samples_per_second=None)
    decision = decided(open_job)
    assert decision.choices["spot.max_wait"].value >= open_job.runtime_limit_seconds
    assert "spot" not in decision.blocks


def test_an_algorithm_that_keeps_no_checkpoints_waits_an_hour():
    algorithm = replace(job(0.4, SpotTerms()), algorithm="linear-learner", instance="ml.m5.4xlarge")
    algorithm = replace(algorithm, runtime_limit_seconds=1800)
    choice = decided(algorithm).choices["spot.max_wait"]
    assert choice.value == 3600
    assert not [name for name in rows(about_spot(algorithm)) if "checkpoint every" in name]


def test_the_best_interval_is_a_row_and_a_seldom_checkpoint_loses_to_it():
    seldom = SpotTerms(checkpoints=True, checkpoint_every_seconds=6 * HOUR)
    advice = about_spot(job(40, seldom))
    assert re.fullmatch(r"use spot, checkpoint every \d+m", advice.recommend)
    assert advice.saves_usd.expected > 1
    found = [f.slug for f in decided(job(40, seldom)).findings]
    assert found == ["limit-below-work", "spot-terms"]  # the limit that nobody wrote is a day


def test_quantiles_are_in_order_and_finite_with_checkpoints():
    block = decided(job(20, KEPT)).blocks["spot"]
    wall = block["cases"][block["as_written"]]["wall_seconds"]
    assert 20 * HOUR < wall["p50"] < wall["p90"] < wall["p99"]


def test_on_demand_jobs_hear_of_spot_without_a_finding():
    decision = decided(job(20))
    assert about_spot(job(20)).recommend.startswith("use spot")
    assert not [f for f in decision.findings if f.slug.startswith("spot")]


def test_a_region_without_a_known_saving_gets_times_but_no_dollars():
    from awsml.decide.decision import Grounds
    from awsml.decide.training.decide import decide

    decision = decide(None, job(20, KEPT), Grounds("eu-central-2"))
    advice = next(a for a in decision.advice if a.subject == "spot")
    assert advice.saves_usd.expected is None
    assert any("no dollars without" in note for note in advice.notes)
    assert decision.cost.usd.expected is None


def test_several_machines_are_interrupted_more_often():
    def p99(count):
        block = decided(replace(job(20, KEPT), count=count)).blocks["spot"]
        return block["cases"][block["as_written"]]["wall_seconds"]["p99"]

    assert p99(8) > p99(1)


def test_the_cost_of_the_plan_rests_on_repeated_work_and_one_saving():
    on_demand, spot = decided(job(20)).cost.usd, decided(job(20, KEPT)).cost.usd
    # 58 % off, and a few percent of work done twice.
    assert spot.expected / on_demand.expected == pytest.approx(0.42 * 1.03, rel=0.05)


def test_the_mean_time_counts_the_waits_that_the_quantiles_count():
    from awsml.decide.training.evidence import evidence_of
    from awsml.decide.training.spot import spot_answer
    from tests.decide.jobs import GROUNDS

    answer = spot_answer(evidence_of(job(20, KEPT), GROUNDS))
    case = answer.cases[answer.now]
    simulated = sum(case.outcomes.wall) / len(case.outcomes.wall)
    assert case.running.expected < case.whole.expected
    assert abs(case.whole.expected / simulated - 1) < 0.05


def test_the_line_of_a_spot_job_says_how_much_of_its_hours_is_billed():
    (machine, *_) = decided(job(20, KEPT)).cost.lines
    assert re.search(r"\d+% of .+ on Spot", machine.what)


class TestWorthLeavingOnDemand:
    def test_a_job_of_minutes_stays_on_demand_with_the_figures(self):
        advice = about_spot(job(2 / 60))
        assert advice.recommend == "keep on-demand" and not advice.change
        assert re.search(r"saves \$0\.\d+ on average and takes 1h \d+m at p90", advice.because)
        assert {row.verdict for row in rows(advice).values()} <= {"chosen", "worse"}

    def test_hours_are_worth_it(self):
        assert about_spot(job(3)).recommend.startswith("use spot")

    def test_more_work_never_turns_it_back(self):
        used = [about_spot(job(hours)).change for hours in (0.05, 0.2, 0.5, 1, 2, 4, 8)]
        assert used == sorted(used)

    def test_spot_that_is_asked_for_is_left_alone(self):
        assert about_spot(job(2 / 60, SpotTerms())).recommend == "keep spot, no checkpoints"


def test_nothing_is_said_of_spot_on_a_retired_type():
    for spot in (None, KEPT):
        decision = decided(replace(job(8, spot), instance="ml.p3.2xlarge"))
        assert "spot" not in [advice.subject for advice in decision.advice]
        assert "spot" not in decision.blocks
