"""Fits recover what made the points, and intervals hold their figures."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsml.cluster import Hardware, Links, Measurement, Transformer
from awsml.estimate.memory import (
    GIB,
    cache_bytes_per_token,
    inference_fits,
    state_gib,
    training_fits,
    training_gib,
)
from awsml.estimate.ownership import owned
from awsml.estimate.scaling import BUS, RING, UNDECIDED, Curve, fit, form_of
from awsml.estimate.scaling_prediction import expected_at, predict
from awsml.estimate.scaling_series import arranged, gpus_per_node

TWO_SOCKETS = Links(8, numa=(0, 0, 0, 0, 1, 1, 1, 1))
NODE = Hardware(gpus=8, links=TWO_SOCKETS)


def points_of(curve: Curve, counts: tuple[int, ...], links: Links | None) -> list[Measurement]:
    return [
        Measurement("ddp", n, curve.throughput(n, 1, links), batch_per_gpu=curve.batch)
        for n in counts
    ]


constants = {
    "single": st.floats(0.01, 10),
    "volume": st.floats(0.0, 5),
    "hidden": st.floats(0.0, 0.5),
}


@settings(max_examples=60)
@given(form=st.sampled_from([RING, BUS]), **constants)
def test_a_fit_recovers_the_curve_that_made_the_points(
    form: str, single: float, volume: float, hidden: float
) -> None:
    truth = Curve(form, single, volume * single, hidden * single, 0.0, 4)
    series = arranged("ddp", points_of(truth, (1, 2, 4), TWO_SOCKETS))
    found = predict(fit(series, NODE, None, form), 8, NODE).throughput
    assert found is not None and found.expected is not None
    if volume * 0.9 > hidden:  # what is hidden behind the work leaves no trace in the points
        assert found.expected == pytest.approx(truth.throughput(8, 1, TWO_SOCKETS), rel=0.05)


rates = st.lists(st.floats(1, 1000), min_size=2, max_size=5)


@settings(max_examples=100)
@given(throughputs=rates, form=st.sampled_from([RING, BUS, UNDECIDED]), gpus=st.integers(1, 64))
def test_an_interval_holds_its_figure_whatever_the_points(
    throughputs: list[float], form: str, gpus: int
) -> None:
    points = [Measurement("ddp", 2**i, rate) for i, rate in enumerate(throughputs)]
    found = predict(fit(arranged("ddp", points), Hardware(), None, form), gpus, Hardware())
    assert (found.throughput is None) == bool(found.because)
    if found.throughput is not None:
        low, expected, high = (
            found.throughput.low,
            found.throughput.expected,
            found.throughput.high,
        )
        assert low is not None and expected is not None and high is not None
        assert 0 < low <= expected <= high


@given(gbps=st.floats(1, 400), more=st.floats(1, 10))
def test_a_faster_network_is_never_slower(gbps: float, more: float) -> None:
    points = [Measurement("ddp", n, rate) for n, rate in ((1, 20.0), (4, 40.0), (8, 60.0))]
    model = Transformer(parameters=305e6)

    def on_two(bits: float) -> float:
        hardware = Hardware(gpus=8, links=TWO_SOCKETS, network_bits_per_second=bits)
        found = predict(fit(arranged("ddp", points), hardware, model, BUS), 16, hardware)
        assert found.throughput is not None and found.throughput.expected is not None
        return found.throughput.expected

    assert on_two(gbps * more * 1e9) >= on_two(gbps * 1e9) - 1e-9


def test_a_shared_bus_loses_more_than_a_ring() -> None:
    points = [Measurement("ddp", 1, 20.0), Measurement("ddp", 2, 30.0)]
    ring, bus = (
        predict(fit(arranged("ddp", points), NODE, None, form), 4, NODE).throughput
        for form in (RING, BUS)
    )
    assert ring is not None and bus is not None
    assert (ring.expected or 0) > (bus.expected or 0)


def test_twenty_points_fit_in_fifty_milliseconds() -> None:
    truth = Curve(BUS, 0.15, 0.07, 0.02, 0.0, 4)
    points = [
        Measurement("ddp", n, truth.throughput(n, 1, None) * (1 + 0.01 * (i % 3)))
        for i, n in enumerate((*range(1, 18), 24, 32, 64))
    ]
    series = arranged("ddp", points)
    best = min(_seconds_of_a_fit(series) for _ in range(3))
    assert best < 0.05


def _seconds_of_a_fit(series: object) -> float:
    start = time.process_time()
    fit(series, Hardware(), None, UNDECIDED)  # type: ignore[arg-type]
    return time.process_time() - start


@pytest.mark.parametrize(
    ("billions", "gpus", "stage", "gib"),
    [(7, 4, 2, 35.9), (7, 4, 3, 26.1), (30, 20, 3, 22.4), (30, 2, 3, 223.5), (200, 8, 3, 372.5)],
)
def test_states_take_sixteen_bytes_divided_by_stage(
    billions: float, gpus: int, stage: int, gib: float
) -> None:
    """arXiv 1910.02054: 2 + 2 + 12 bytes."""
    model = Transformer(parameters=billions * 1e9)
    assert state_gib(model, gpus, stage) == pytest.approx(gib, abs=0.06)


@given(gpus=st.integers(1, 64), stage=st.integers(0, 3), parameters=st.floats(1e7, 1e12))
def test_more_gpus_and_higher_stages_never_hold_more_states(
    gpus: int, stage: int, parameters: float
) -> None:
    model = Transformer(parameters=parameters)
    needs = state_gib(model, gpus, stage)
    assert state_gib(model, gpus + 1, stage) <= needs
    assert stage == 3 or state_gib(model, gpus, stage + 1) <= needs
    held = training_gib(model, gpus, stage)
    assert (held.low or 0) <= (held.expected or 0) <= (held.high or 0)


def test_verdicts_name_the_change_that_makes_it_fit() -> None:
    seven = Transformer(parameters=7e9)
    assert training_fits(Transformer(parameters=1e9), 2, 0, 24).verdict == "fits"
    assert training_fits(seven, 4, 2, 24).verdict == "only with"
    assert "LoRA" in training_fits(seven, 4, 2, 24).change
    assert training_fits(Transformer(parameters=405e9), 1, 0, 24).verdict == "does not fit"
    assert training_fits(seven, 4, 2, None).verdict == "unknown"


def test_serving_counts_weights_cache_and_heads() -> None:
    """Meta's 8B: 32 layers, 8 key-value heads of 128: 131,072 bytes a token at 16 bit."""
    eight = Transformer(parameters=8.03e9, layers=32, hidden=4096, heads=32, kv_heads=8)
    assert cache_bytes_per_token(eight) == 131_072
    assert eight.parameters is not None and eight.parameters * 2 / GIB == pytest.approx(14.96, 0.01)
    seventy = Transformer(parameters=70e9, heads=64, kv_heads=8, layers=80, hidden=8192)
    assert inference_fits(seventy, 1, 96).change == "8-bit weights"
    assert "do not divide" in inference_fits(seventy, 10, 96).because


def test_owning_pays_from_a_share_of_the_year() -> None:
    mine = owned(Hardware(gpus=10, card_usd=800, host_usd=6000, watts=350))
    assert mine is not None
    share = mine.break_even(5.0)
    assert share is not None
    assert mine.usd_per_hour(share) == pytest.approx(5.0)
    assert mine.break_even(mine.power_usd_per_hour) is None


# p3.16xlarge and DGX-1: four links a card, and the host between the cards that have none.
CUBES = Links(
    8,
    labels={
        (low, high): "NV2" if high - low == 4 or low // 4 == high // 4 else "SYS"
        for high in range(8)
        for low in range(high)
    },
)


def test_nvlinks_that_lead_in_a_circle_are_a_ring_though_some_cards_have_no_link() -> None:
    hardware = Hardware(gpus=8, links=CUBES)
    assert CUBES.peer_access is None
    assert form_of(hardware) == RING
    assert [CUBES.nvlink_ring(gpus) for gpus in (2, 4, 5, 8)] == [True, True, False, True]
    points = [Measurement("ddp", gpus, rate) for gpus, rate in ((1, 100.0), (2, 190.0), (4, 360.0))]
    made = fit(arranged("ddp", points), hardware, None, RING)
    assert predict(made, 8, hardware).throughput is not None
    assert "the socket" in predict(made, 5, hardware).because


def rows_of(*rows: tuple[int, int, float]) -> list[Measurement]:
    return [Measurement("ddp", gpus, rate, nodes, 32) for gpus, nodes, rate in rows]


TWO_LEVELS = rows_of((1, 1, 100), (8, 1, 780), (16, 2, 800), (32, 4, 1500))


def expected(points: list[Measurement], gpus: int, form: str = UNDECIDED) -> float:
    hardware = Hardware(gpus=gpus_per_node(points))
    found = predict(fit(arranged("ddp", points), hardware, None, form), gpus, hardware).throughput
    assert found is not None and found.low and found.expected and found.high
    assert found.low <= found.expected <= found.high
    return found.expected


def test_rows_say_how_many_gpus_a_node_has_where_one_of_them_spans_two() -> None:
    assert gpus_per_node(TWO_LEVELS) == 8
    assert gpus_per_node(TWO_LEVELS[:2]) is None
    assert gpus_per_node(rows_of((1, 1, 100), (2, 2, 190))) == 1
    assert gpus_per_node(rows_of((1, 1, 100), (8, 1, 700), (8, 4, 600))) == 8


def test_the_network_between_nodes_is_a_part_of_the_fit() -> None:
    assert 800 < expected(TWO_LEVELS, 24) < 1500
    assert 1500 < expected(TWO_LEVELS, 64) <= 1.04 * 3000


counted_rates = st.lists(st.floats(10, 5000), min_size=6, max_size=6)


@settings(max_examples=60)
@given(rates=counted_rates, form=st.sampled_from([RING, BUS, UNDECIDED]))
def test_between_measurements_no_more_than_the_higher_nor_less_than_the_lower(
    rates: list[float], form: str
) -> None:
    places = ((1, 1), (4, 1), (8, 1), (16, 2), (32, 4), (64, 8))
    points = rows_of(*((*place, rate) for place, rate in zip(places, rates, strict=True)))
    for gpus, lower, upper in ((6, 1, 2), (24, 3, 4), (48, 4, 5)):
        least, most = sorted((rates[lower], rates[upper]))
        assert 0.97 * least <= expected(points, gpus, form) <= 1.03 * most
    # The first GPU across a network, or beside another, may make all of them slower.
    assert expected(points, 2, form) <= 1.03 * max(rates[:2])
    assert expected(points, 12, form) <= 1.03 * max(rates[2:4])


def test_what_the_fit_says_of_a_measured_count_is_not_held_by_its_neighbours() -> None:
    points = rows_of((1, 1, 27.5), (2, 1, 31.4), (4, 1, 36.3), (8, 1, 59.4), (10, 1, 52.6))
    said = expected_at(fit(arranged("ddp", points), Hardware(), None, BUS), 8, Hardware())
    assert said.throughput is not None and said.throughput.high is not None
    assert said.throughput.high > 1.02 * 52.6
