"""What is decided about a search: how many at once, scales, dollars as limits, the options."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from awsml.advice import Alternative
from awsml.decide.decision import Decision, Grounds
from awsml.decide.tuning.decide import decide
from awsml.decide.tuning.scale import fitting_scale
from awsml.workload.training import SpotTerms, TrainingWorkload
from awsml.workload.tuning import SearchedJob, SearchRange, SearchTarget, TuningWorkload

GROUNDS = Grounds("us-east-1")
TRIAL = TrainingWorkload(
    "us-east-1", "ml.g5.2xlarge", epochs=10, compute_seconds=2400, runtime_limit_seconds=7200
)
RANGES = (
    SearchRange("lr", "linear", 1e-5, 1e-1),
    SearchRange("momentum", "reverse-log", 0.8, 0.999),
    SearchRange("embedding", "auto", 16, 256, integer=True),
    SearchRange("optimizer", choices=("sgd", "adam")),
)
ASKED = TuningWorkload(
    jobs=(SearchedJob(TRIAL, RANGES),),
    strategy="bayesian",
    trials=80,
    parallel=10,
    parents=1,
    parent_trials=20,
    target=SearchTarget(0.02),
)


def decided(workload: TuningWorkload) -> Decision:
    return decide(None, workload, GROUNDS)


def rows(workload: TuningWorkload) -> list[dict[str, Any]]:
    block: list[dict[str, Any]] = decided(workload).blocks["search"]["by_parallel"]
    return block


def option(workload: TuningWorkload, word: str) -> Alternative:
    (advice,) = decided(workload).advice
    return next(each for each in advice.alternatives if word in each.option)


def usd(alternative: Alternative) -> float:
    assert alternative.usd is not None and alternative.usd.expected is not None
    return alternative.usd.expected


def saving(workload: TuningWorkload, lever: str) -> float:
    savings = decided(workload).blocks["search"]["savings"]
    (found,) = [each for each in savings if each["lever"] == lever]
    return float(found["usd"]["expected"])


def test_of_the_five_options_two_are_cheaper_and_three_are_not() -> None:
    verdicts = {
        word: option(ASKED, word).verdict
        for word in ("at once", "logarithmic scale", "reverse", "grid", "parent")
    }
    assert verdicts == {
        "at once": "better",
        "logarithmic scale": "better",
        "reverse": "worse",
        "grid": "worse",
        "parent": "worse",
    }


def test_every_option_says_a_number() -> None:
    (advice,) = decided(ASKED).advice
    assert all(any(c.isdigit() for c in each.why) for each in advice.alternatives)


def test_with_a_fixed_number_of_trials_fewer_at_once_saves_exactly_nothing() -> None:
    fixed = replace(ASKED, target=None)
    assert option(fixed, "at once").verdict == "equal"
    assert saving(fixed, "parallel") == 0
    assert len({row["usd"]["expected"] for row in rows(fixed)}) == 1
    walls = [row["wall_seconds"]["expected"] for row in rows(fixed)]
    assert walls == sorted(walls, reverse=True)
    assert all(row["trials_to_target"]["expected"] is None for row in rows(fixed))


def test_to_a_target_each_further_trial_at_once_costs_about_one_more() -> None:
    plain = replace(ASKED, parents=0, jobs=(SearchedJob(TRIAL, RANGES[2:]),))
    known = replace(plain, target=SearchTarget(trials=24))
    needed = [row["trials_to_target"]["expected"] for row in rows(known)]
    assert [row["parallel"] for row in rows(known)] == [1, 2, 5, 10]
    assert needed == pytest.approx([24, 25.2, 28.8, 34.8])


def test_random_search_learns_nothing_so_fewer_at_once_saves_nothing() -> None:
    drawn = replace(ASKED, strategy="random", parents=0)
    assert option(drawn, "at once").verdict == "equal"
    plain = replace(drawn, jobs=(SearchedJob(TRIAL, RANGES[3:]),), target=SearchTarget(0.05))
    assert rows(plain)[0]["trials_to_target"]["expected"] == pytest.approx(58.4, abs=0.1)


def test_a_linear_scale_over_decades_costs_several_times_the_trials() -> None:
    mended = replace(
        ASKED, jobs=(SearchedJob(TRIAL, (replace(RANGES[0], scale="log"), *RANGES[1:])),)
    )
    before, after = rows(ASKED)[0], rows(mended)[0]
    ratio = before["trials_to_target"]["expected"] / after["trials_to_target"]["expected"]
    assert ratio > 3
    assert option(mended, "logarithmic").verdict == "chosen"


def test_without_reverse_log_ranges_or_parents_those_options_change_nothing() -> None:
    plain = replace(ASKED, parents=0, jobs=(SearchedJob(TRIAL, RANGES[3:]),))
    assert option(plain, "reverse").verdict == "equal"
    assert option(plain, "parent").verdict == "equal"


def test_a_grid_of_two_choices_is_cheaper_than_a_search() -> None:
    small = replace(ASKED, parents=0, jobs=(SearchedJob(TRIAL, RANGES[3:]),))
    assert option(small, "grid").verdict == "better"


def test_a_grid_that_is_coarser_than_chance_is_no_saving() -> None:
    coarse = (SearchRange("lr", "log", 1e-6, 1.0), SearchRange("dropout", "linear", 0.0, 0.5))
    wanted = replace(ASKED, parents=0, jobs=(SearchedJob(TRIAL, coarse),))
    assert option(replace(wanted, target=SearchTarget(0.01)), "grid").verdict == "worse"
    assert option(replace(wanted, target=None), "grid").verdict == "unknown"


def test_without_a_target_a_fitting_scale_is_better_for_the_same_dollars() -> None:
    linear = (SearchRange("lr", "linear", 1e-6, 1.0),)
    plain = replace(ASKED, parents=0, target=None, jobs=(SearchedJob(TRIAL, linear),))
    row = option(plain, "logarithmic")
    assert (row.verdict, row.usd.expected) == ("better", option(plain, "parent").usd.expected)


def test_a_grid_of_many_ranges_is_refused_by_aws() -> None:
    many = tuple(SearchRange(f"p{i}", "auto", 0.1, 0.5) for i in range(6))
    huge = replace(ASKED, jobs=(SearchedJob(TRIAL, many),))
    refused = option(huge, "grid")
    assert refused.verdict == "impossible"
    assert "15,625" in refused.why


def test_early_stopping_and_spot_save_and_are_not_offered_twice() -> None:
    assert saving(ASKED, "early-stopping") > 0
    assert saving(ASKED, "spot") > 0
    taken = replace(ASKED, early_stopping=True)
    levers = {each["lever"] for each in decided(taken).blocks["search"]["savings"]}
    assert "early-stopping" not in levers
    on_spot = replace(TRIAL, spot=SpotTerms(checkpoints=True))
    spot = replace(ASKED, jobs=(SearchedJob(on_spot, RANGES),))
    assert "spot" not in {each["lever"] for each in decided(spot).blocks["search"]["savings"]}


@pytest.mark.parametrize(
    ("name", "low", "high", "integer", "scale"),
    [
        ("anything", 1e-5, 1e-1, False, "log"),
        ("learning_rate", 0.01, 0.1, False, "log"),
        ("anything", 0.01, 0.1, False, "linear"),
        ("learning_rate", 0.0, 0.1, False, "linear"),
        ("momentum", 0.8, 0.999, False, "reverse-log"),
        ("momentum", 0.5, 0.95, False, "reverse-log"),
        ("dropout", 0.1, 0.6, False, "linear"),
        ("batch_size", 16, 512, True, "log"),
        ("layers", 1, 8, True, "linear"),
        ("beta", 0.0, 1.0, False, "linear"),
    ],
)
def test_the_scale_follows_the_span_and_the_meaning(
    name: str, low: float, high: float, integer: bool, scale: str
) -> None:
    chosen, _, because = fitting_scale(SearchRange(name, "auto", low, high, integer))
    assert chosen == scale
    assert because


def test_a_budget_becomes_limits_that_cannot_exceed_it() -> None:
    for dollars in (5, 60, 500):
        for parallel in (1, 3, 10):
            capped = replace(ASKED, cost_limit_usd=Decimal(dollars), parallel=parallel)
            decision = decided(capped)
            limit = decision.choices["budget.runtime"].value
            rate = decision.blocks["search"]["trial"]["usd_per_hour_at_most"]
            assert (limit + 120) / 3600 * parallel * rate <= dollars
            assert decision.cost.ceiling is not None
            assert decision.cost.ceiling <= dollars


def test_no_trial_may_outlast_the_limit_of_the_whole() -> None:
    decision = decided(replace(ASKED, cost_limit_usd=Decimal(10)))
    assert decision.choices["training.limits.runtime"].value < 7200


def test_a_budget_below_aws_s_shortest_limit_is_an_error() -> None:
    (finding,) = decided(replace(ASKED, cost_limit_usd=Decimal("0.5"))).findings
    assert finding.slug == "budget-too-small"
    assert finding.field == "budget.cost"


def test_a_stated_limit_that_is_shorter_stays() -> None:
    capped = replace(ASKED, cost_limit_usd=Decimal(500), runtime_limit_seconds=3600)
    assert "budget.runtime" not in decided(capped).choices


def test_the_best_of_a_budget_agrees_with_the_trials_to_a_target() -> None:
    """Unsuited scales cost both; where 80 trials do not reach the top 2 %, they do not beat it."""
    for workload in (ASKED, replace(ASKED, jobs=(SearchedJob(TRIAL, RANGES[2:]),))):
        even = replace(workload, parents=0, target=SearchTarget(0.02, 0.5))
        for row in rows(even):
            top = row["planned"]["expected_top"]["expected"]
            assert (row["trials_to_target"]["expected"] <= 80) == (top <= 0.0201)


def test_a_linear_scale_over_decades_makes_the_best_of_a_budget_worse() -> None:
    fitting = replace(RANGES[0], scale="log")
    mended = replace(ASKED, jobs=(SearchedJob(TRIAL, (fitting, *RANGES[1:])),))
    tops = [rows(each)[0]["planned"]["expected_top"]["expected"] for each in (mended, ASKED)]
    assert tops[0] < tops[1] / 3


def test_what_is_saved_is_a_part_of_what_the_plan_costs() -> None:
    found = decided(ASKED)
    (advice,) = found.advice
    planned, gain = found.cost.usd.expected, advice.saves_usd
    assert planned is not None and gain is not None and gain.expected is not None
    assert 0 < gain.expected < planned
    trials = next(fix for fix in advice.fixes if fix.field == "budget.trials")
    mended = replace(
        ASKED,
        trials=int(trials.value),
        parallel=2,
        jobs=(SearchedJob(TRIAL, (replace(RANGES[0], scale="log"), *RANGES[1:])),),
    )
    after = decided(mended)
    assert after.cost.usd.expected == pytest.approx(planned - gain.expected)
    (left,) = after.advice
    assert not left.change  # a longer search for a dollar or two is offered, not recommended
    assert left.recommend.startswith("keep it as it is; or ")


def test_a_budget_that_stops_short_of_the_target_is_to_be_raised() -> None:
    drawn = replace(ASKED, strategy="random", parents=0, parallel=2, trials=12)
    short = replace(drawn, jobs=(SearchedJob(TRIAL, RANGES[3:]),), target=SearchTarget(0.1))
    (advice,) = decided(short).advice
    assert advice.recommend == "run 28 trials instead of 12"
    assert advice.saves_usd is not None and (advice.saves_usd.expected or 0) < 0
    poor = replace(short, cost_limit_usd=Decimal("15"))
    (kept,) = decided(poor).advice
    assert kept.recommend.startswith("keep it as it is")
    assert any("below the 28" in note for note in kept.notes)
