"""Dollars from seconds, machines and limits; unknown stays unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from awsml.basis import Basis, Estimate
from awsml.estimate.cost import (
    BatchBill,
    EndpointBill,
    FargateSize,
    TrainingBill,
    batch_cost,
    endpoint_cost,
    training_cost,
    tuning_cost,
)
from awsml.estimate.cost_lines import billed_seconds
from awsml.estimate.gate import cost_gate
from awsml.report import Cost, Phase

HOUR = 3600.0


def seconds(low: float, expected: float, high: float) -> Estimate:
    return Estimate(low, expected, high, "s", Basis.FITTED)


def one_hour() -> Estimate:
    return Estimate.exact(HOUR, "s", Basis.MEASURED)


def share(value: float) -> Estimate:
    return Estimate.exact(value, "1", Basis.ESTIMATED)


def bill(
    instance: str = "ml.g5.2xlarge",
    region: str | None = "us-east-1",
    billed: Estimate | None = None,
    limit: float = 24 * HOUR,
    **more: object,
) -> TrainingBill:
    return TrainingBill(instance, region, billed or one_hour(), limit, **more)  # type: ignore[arg-type]


def test_an_hour_costs_the_hourly_price_and_the_ceiling_the_limit() -> None:
    cost = training_cost(bill())
    assert cost.usd.expected == pytest.approx(1.515)
    assert cost.ceiling == pytest.approx(24 * 1.515) and cost.per == "run"
    assert cost.ceiling_because == "1d limit x 1 x the on-demand price"


def test_starting_is_not_billed_and_downloading_is() -> None:
    phases = [
        Phase("provision", one_hour(), billed=False),
        Phase("download", one_hour()),
        Phase("epochs", one_hour()),
    ]
    assert billed_seconds(phases).expected == 2 * HOUR


def test_a_line_says_quantity_price_region_date_and_source() -> None:
    (line,) = training_cost(bill(count=3)).lines
    assert (line.quantity.expected, line.quantity.unit) == (3, "instance-hour")
    assert line.price.expected == pytest.approx(1.515) and line.price.basis is Basis.LISTED
    assert (line.region, line.date) == ("us-east-1", "2026-08-20") and line.source


def test_a_volume_is_priced_by_the_month_on_machines_without_a_disk() -> None:
    machine, volume = training_cost(bill("ml.m5.xlarge", volume_gib=100)).lines
    assert machine.usd.expected == pytest.approx(0.23)
    assert volume.usd.expected == pytest.approx(100 * 0.14 / 730)


def test_no_volume_is_made_beside_a_local_disk() -> None:
    assert len(training_cost(bill("ml.g5.2xlarge", volume_gib=100)).lines) == 1


def test_a_volume_without_a_price_is_named_as_left_out() -> None:
    cost = training_cost(bill("ml.m5.xlarge", region="ap-northeast-1", volume_gib=100))
    assert cost.usd.known and cost.ceiling is not None
    assert "100 GB volume: no price of" in cost.left_out[0]


def test_spot_shortens_the_billed_time_once_and_not_the_ceiling() -> None:
    """SageMaker's saving is 1 - BillableTime/TrainingTime, at the on-demand price."""
    cost = training_cost(bill(spot_saving=share(0.6)))
    (line,) = cost.lines
    assert line.price.expected == pytest.approx(1.515), "the price is not discounted as well"
    assert line.quantity.expected == pytest.approx(0.4)
    assert cost.usd.expected == pytest.approx(0.4 * 1.515)
    assert cost.ceiling == pytest.approx(24 * 1.515)


def test_a_pool_kept_warm_is_billed_at_the_training_price() -> None:
    cost = training_cost(bill(keep_alive_seconds=HOUR))
    assert cost.usd.low == pytest.approx(1.515) and cost.usd.expected == pytest.approx(2 * 1.515)
    assert cost.ceiling == pytest.approx(25 * 1.515)


@pytest.mark.parametrize("region", [None, "eu-central-1"])
def test_without_a_price_the_cost_is_unknown_and_never_zero(region: str | None) -> None:
    cost = training_cost(bill(region=region))
    assert cost.usd.expected is None and cost.ceiling is None
    shown = cost.as_json()
    assert shown["expected"] is None and shown["ceiling"] is None
    assert cost.usd.missing and "unknown" in (cost.ceiling_because or "")


def test_an_unknown_time_still_has_a_ceiling() -> None:
    cost = training_cost(bill(billed=Estimate.unknown("s", "workload.samples")))
    assert not cost.usd.known and cost.usd.missing == ("workload.samples",)
    assert cost.ceiling == pytest.approx(24 * 1.515)


def test_tuning_pays_for_every_trial_whatever_runs_at_once() -> None:
    alone, together = (tuning_cost(bill(limit=2 * HOUR), 40, parallel) for parallel in (1, 10))
    assert alone.usd == together.usd and alone.usd.expected == pytest.approx(40 * 1.515)
    assert alone.ceiling == pytest.approx(80 * 1.515)


def test_the_limit_of_a_tuning_job_caps_what_its_trials_could_cost() -> None:
    cost = tuning_cost(bill(limit=2 * HOUR), 40, parallel=2, limit_seconds=10 * HOUR)
    assert cost.ceiling == pytest.approx(20 * 1.515)
    assert cost.usd.expected == pytest.approx(20 * 1.515), "what the limit stops is not paid"


def test_early_stopping_saves_its_share() -> None:
    cost = tuning_cost(bill(limit=2 * HOUR), 10, 2, stopped_share=share(0.25))
    assert cost.usd.expected == pytest.approx(7.5 * 1.515)


def test_an_endpoint_costs_a_month_and_scales_between_its_bounds() -> None:
    running = Estimate(1.0, 2.0, 3.0, "instance", Basis.DERIVED)
    bill = EndpointBill("ml.g5.2xlarge", "us-east-1", running, 4, "2 for 40/s")
    cost = endpoint_cost(bill)
    assert cost.lines[0].what == "ml.g5.2xlarge, hosting, 2 for 40/s"
    each = 730 * 1.515
    assert cost.per == "month"
    assert cost.usd.expected == pytest.approx(2 * each)
    assert cost.usd.low == pytest.approx(1 * each, rel=0.01)
    assert cost.ceiling == pytest.approx(4 * each, rel=0.01)


def test_payloads_of_an_endpoint_are_a_line_of_their_own() -> None:
    gigabytes = Estimate.exact(1000, "GB", Basis.DERIVED)
    one = Estimate.exact(1, "instance", Basis.DOCUMENTED)
    bill = EndpointBill("ml.g5.2xlarge", "us-east-1", one, 1, gb_per_month=gigabytes)
    cost = endpoint_cost(bill)
    assert cost.lines[1].usd.expected == pytest.approx(16)


def test_batch_pays_ec2_and_its_ceiling_counts_every_attempt() -> None:
    cost = batch_cost(BatchBill("g5.2xlarge", "us-east-1", one_hour(), 6 * HOUR, attempts=3))
    machine, volume = cost.lines
    assert machine.usd.expected == pytest.approx(1.212)
    assert machine.ceiling == pytest.approx(18 * 1.212)
    assert volume.usd.expected == pytest.approx(30 * 0.08 / 730)


def test_batch_on_spot_expects_less_and_promises_nothing() -> None:
    spot = batch_cost(BatchBill("g5.2xlarge", "us-east-1", one_hour(), 6 * HOUR, spot=True))
    plain = batch_cost(BatchBill("g5.2xlarge", "us-east-1", one_hour(), 6 * HOUR))
    assert (spot.usd.expected or 0) < (plain.usd.expected or 0)
    assert spot.ceiling == plain.ceiling


def test_a_batch_job_without_a_timeout_has_no_ceiling() -> None:
    cost = batch_cost(BatchBill("g5.2xlarge", "us-east-1", one_hour(), None))
    assert cost.ceiling is None and cost.ceiling_because == "unknown: nothing limits it"


def test_a_schedule_makes_it_dollars_a_month() -> None:
    once = batch_cost(BatchBill("g5.2xlarge", "us-east-1", one_hour(), 6 * HOUR))
    often = batch_cost(
        BatchBill("g5.2xlarge", "us-east-1", one_hour(), 6 * HOUR, runs_per_month=20)
    )
    assert often.per == "month"
    assert often.usd.expected == pytest.approx(20 * (once.usd.expected or 0))


times = st.floats(1, 1e6)


@given(times, times, times, st.integers(1, 64), st.sampled_from(["ml.g5.2xlarge", "ml.m5.xlarge"]))
def test_cost_is_ordered_linear_in_count_and_never_above_its_ceiling(
    a: float, b: float, c: float, count: int, instance: str
) -> None:
    low, expected, high = sorted((a, b, c))
    billed = seconds(low, expected, high)
    one = training_cost(bill(instance, billed=billed, volume_gib=50))
    many = training_cost(bill(instance, billed=billed, volume_gib=50, count=count))
    assert one.usd.low is not None and one.usd.expected is not None and one.usd.high is not None
    assert 0 < one.usd.low <= one.usd.expected <= one.usd.high
    assert one.ceiling is not None and one.usd.high <= one.ceiling * (1 + 1e-6)
    assert many.usd.expected == pytest.approx(one.usd.expected * count)


@given(st.floats(0, 0.95), st.floats(0, 0.95))
def test_a_larger_saving_is_never_dearer(first: float, second: float) -> None:
    assume(first <= second)
    less = training_cost(bill(spot_saving=share(first))).usd.expected
    more = training_cost(bill(spot_saving=share(second))).usd.expected
    assert less is not None and more is not None and more <= less


def test_within_the_limit_nothing_is_said() -> None:
    assert cost_gate(training_cost(bill()), Decimal(50)) is None
    assert cost_gate(training_cost(bill()), Decimal(2), "expected") is None


def test_fargate_is_paid_by_the_vcpu_and_the_gb() -> None:
    """AWS Price List, us-east-1: $0.04048 a vCPU-hour and $0.004445 a GB-hour."""
    size = FargateSize(2, 8192)
    cost = batch_cost(BatchBill(size, "us-east-1", one_hour(), 6 * HOUR, count=3, attempts=2))
    each = 2 * 0.04048 + 8 * 0.004445
    assert cost.usd.expected == pytest.approx(3 * each)
    assert cost.ceiling == pytest.approx(6 * 2 * 3 * each)


def test_of_fargate_on_spot_only_the_ceiling_is_known() -> None:
    size = FargateSize(2, 8192)
    spot = batch_cost(BatchBill(size, "us-east-1", one_hour(), 6 * HOUR, spot=True))
    plain = batch_cost(BatchBill(size, "us-east-1", one_hour(), 6 * HOUR))
    assert spot.usd.missing == ("price of Fargate Spot",)
    assert spot.ceiling == plain.ceiling is not None
    elsewhere = batch_cost(BatchBill(size, "eu-west-1", one_hour(), 6 * HOUR))
    assert elsewhere.usd.expected is None and elsewhere.ceiling is None


def test_above_the_limit_is_an_error_with_the_figures() -> None:
    finding = cost_gate(training_cost(bill()), Decimal("0.01"))
    assert finding is not None and finding.slug == "cost-above-limit"
    assert "$36.36" in finding.message and "$0.01" in finding.message


@pytest.mark.parametrize("figure", ["ceiling", "expected"])
def test_what_cannot_be_proven_does_not_pass(figure: str) -> None:
    finding = cost_gate(training_cost(bill(region="eu-central-1")), Decimal(10**6), figure)
    assert finding is not None and finding.slug == "cost-not-provable"
    assert "price of ml.g5.2xlarge" in finding.message
    assert cost_gate(Cost(Estimate.unknown("USD"), None), Decimal(1)) is not None
