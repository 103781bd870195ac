"""What each strategy suggests, and what each rule stops."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml.search.grid_search import GridSearch
from awsml.search.hyperband import Hyperband
from awsml.search.lessons import importances, next_ranges
from awsml.search.median_rule import MedianRule
from awsml.search.random_search import RandomSearch
from awsml.search.space import Dimension, Space
from awsml.search.tpe_search import TpeSearch
from awsml.search.trial import Tried

LR = Dimension("lr", low=1e-5, high=1e-1, scale="log")
MOMENTUM = Dimension("momentum", low=0.5, high=0.999, scale="reverse-log")
BATCH = Dimension("batch", low=16, high=512, scale="log", integer=True)
KIND = Dimension("kind", choices=("sgd", "adam", "lion"))
SPACE = Space((LR, MOMENTUM, BATCH, KIND))
UNITS = st.floats(0, 1)


@given(unit=UNITS)
@pytest.mark.parametrize("dimension", SPACE.dimensions, ids=lambda d: d.name)
def test_a_value_lies_in_its_range_and_where_it_was_drawn(
    dimension: Dimension, unit: float
) -> None:
    text = dimension.text(unit)
    back = dimension.unit(text)
    assert back is not None
    if not dimension.choices and not dimension.integer:
        assert dimension.low <= float(text) <= dimension.high
        assert back == pytest.approx(unit, abs=1e-6)
    else:
        assert dimension.text(back) == text


def test_whole_numbers_are_whole_and_all_are_reached() -> None:
    dice = Dimension("dice", low=1, high=6, integer=True)
    assert {dice.text(i / 600) for i in range(601)} == {"1", "2", "3", "4", "5", "6"}


def test_a_logarithmic_range_is_drawn_evenly_by_decades() -> None:
    search = RandomSearch(Space((LR,)), seed=1)
    draws = [search.suggest(n, []) or {} for n in range(1, 401)]
    small = sum(float(draw["lr"]) < 1e-3 for draw in draws) / len(draws)
    assert small == pytest.approx(0.5, abs=0.08)


def test_random_search_repeats_itself_by_seed_whatever_ran_before() -> None:
    history = [Tried({"lr": "0.001"}, 1.0)]
    assert RandomSearch(SPACE, 7).suggest(5, []) == RandomSearch(SPACE, 7).suggest(5, history)
    assert RandomSearch(SPACE, 7).suggest(5, []) != RandomSearch(SPACE, 8).suggest(5, [])


def test_random_search_of_a_small_space_tries_nothing_twice_and_then_ends() -> None:
    search = RandomSearch(Space((KIND,)), seed=1)
    tried: list[Tried] = []
    for number in range(1, 4):
        setting = search.suggest(number, tried)
        assert setting is not None
        tried.append(Tried(setting, 1.0))
    assert {each.setting["kind"] for each in tried} == {"sgd", "adam", "lion"}
    assert search.suggest(4, tried) is None


def test_grid_search_tries_every_combination_once() -> None:
    space = Space((KIND, Dimension("layers", choices=("1", "2"))))
    found = [GridSearch(space).suggest(n, []) for n in range(1, 8)]
    assert len({tuple(each.values()) for each in found if each}) == 6
    assert found[6] is None


def test_bayesian_search_beats_random_search_on_a_bowl() -> None:
    space = Space((LR, MOMENTUM))

    def value(setting: dict[str, str]) -> float:
        units = space.units(setting) or [0.0, 0.0]
        return sum((unit - 0.3) ** 2 for unit in units)

    def best(search: RandomSearch | TpeSearch) -> float:
        tried: list[Tried] = []
        for number in range(1, 41):
            setting = search.suggest(number, tried)
            assert setting is not None
            tried.append(Tried(setting, value(setting)))
        return min(each.objective or 0.0 for each in tried)

    wins = [
        best(TpeSearch(space, seed, False)) < best(RandomSearch(space, seed)) for seed in range(5)
    ]
    assert sum(wins) >= 4


def test_bayesian_search_repeats_itself_and_keeps_away_from_what_runs() -> None:
    tried = [Tried(RandomSearch(SPACE, 1).suggest(n, []) or {}, float(n)) for n in range(1, 15)]
    search = TpeSearch(SPACE, 3, True)
    first = search.suggest(15, tried)
    assert first == search.suggest(15, tried)
    assert first is not None
    assert search.suggest(15, [*tried, Tried(first, None, running=True)]) != first


def test_the_median_rule_stops_what_is_worse_than_half_of_the_others() -> None:
    rule = MedianRule(maximize=True)
    others = [[0.5, 0.6, 0.7]] * 5
    assert rule.stops(6, [0.1, 0.2, 0.3], others)
    assert not rule.stops(6, [0.1, 0.2, 0.9], others)
    assert MedianRule(maximize=False).stops(6, [0.1, 0.2, 0.9], others)


def test_the_median_rule_is_silent_early_and_among_few() -> None:
    rule = MedianRule(maximize=True)
    assert not rule.stops(6, [0.0, 0.0], [[0.5, 0.6]] * 9)
    assert not rule.stops(4, [0.0, 0.0, 0.0], [[0.5, 0.6, 0.7]] * 4)


def test_hyperband_keeps_a_third_at_each_rung() -> None:
    rule = Hyperband(maximize=True, least=1, most=27)
    first = next(n for n in range(1, 50) if rule.bracket(n) == 0)
    others = [[float(i)] for i in range(8)]
    assert rule.stops(first, [3.0], others)
    assert not rule.stops(first, [7.5], others)
    assert rule.stops(first, [9.0] * 27, [])


def test_hyperband_has_a_bracket_whose_trials_are_not_judged_early() -> None:
    rule = Hyperband(maximize=True, least=1, most=27)
    brackets = {rule.bracket(n) for n in range(1, 60)}
    assert brackets == set(range(4))
    assert rule.rungs(0) == [1, 3, 9]
    assert rule.rungs(3) == []


def _bowl(count: int) -> list[Tried]:
    """The objective follows lr alone: best at its geometric middle."""
    settings = [RandomSearch(SPACE, 3).suggest(n, []) or {} for n in range(1, count + 1)]
    return [Tried(s, -abs(math.log10(float(s["lr"])) + 3)) for s in settings]


def test_the_parameter_that_decides_is_the_important_one() -> None:
    shares = importances(SPACE, _bowl(80))
    assert shares is not None
    explained = {name: share or 0.0 for name, share in shares.items()}
    assert max(explained, key=lambda name: explained[name]) == "lr"
    assert explained["lr"] > 0.5
    assert max(explained[name] for name in ("momentum", "batch", "kind")) < 0.2


def test_too_few_trials_say_nothing_of_a_parameter_rather_than_zero() -> None:
    assert importances(SPACE, _bowl(5)) is None
    many = Space((LR, Dimension("kind", choices=("a", "b", "c", "d"))))
    tried = [Tried({"lr": f"1e-{n}", "kind": "abcd"[n % 4]}, -n) for n in range(1, 6)] * 2
    shares = importances(many, tried)
    assert shares is not None
    assert shares["kind"] is None, "ten trials among four choices"
    assert shares["lr"] is not None and shares["lr"] > 0.5


def test_the_next_ranges_surround_the_best_trials() -> None:
    found = next_ranges(SPACE, _bowl(80), maximize=True)
    assert LR.low < found["lr"].low < 1e-3 < found["lr"].high < LR.high
    assert found["lr"].scale == "log"
