"""What the catalogue answers, and what it leaves unknown."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsml import catalog
from awsml.basis import Basis
from awsml.catalog.wishes import Found, Wish, find
from awsml.nearness import nearest

NAMES = [one.name for one in catalog.instances()]
REGIONS = catalog.regions()


def test_both_names_of_a_type_are_one_type() -> None:
    assert catalog.instance("ml.g5.2xlarge") is catalog.instance("g5.2xlarge") is not None


def test_a_listed_price_wins_over_a_derived_one() -> None:
    price = catalog.price("training", "ml.g5.2xlarge", "us-east-1")
    assert price is not None and price.usd == Decimal("1.515")
    assert price.fact.basis is Basis.LISTED and str(price) == "$1.515/hour"


def test_a_derived_price_says_so_with_its_factor_and_error() -> None:
    price = catalog.price("training", "ml.g6e.16xlarge", "us-east-1")
    assert price is not None and price.fact.basis is Basis.DERIVED
    assert price.factor == Decimal("1.25") and price.fact.error == pytest.approx(0.0033)
    assert str(price).startswith("~$")


def test_a_price_of_another_region_needs_a_known_factor() -> None:
    seoul = catalog.price("ec2", "c5.2xlarge", "ap-northeast-2")
    virginia = catalog.price("ec2", "c5.2xlarge", "us-east-1")
    assert seoul is not None and virginia is not None
    assert seoul.factor == Decimal("1.129") and seoul.usd > virginia.usd
    assert seoul.date < virginia.date, "the older of the two dates holds"
    assert catalog.price("ec2", "c5.2xlarge", "eu-north-1") is None


def test_a_price_does_not_mean_that_the_type_exists() -> None:
    assert catalog.price("ec2", "p3.2xlarge", "us-east-1") is not None
    retired = catalog.instance("p3.2xlarge")
    assert retired is not None and retired.retired
    offer = catalog.offered("ml.p3.2xlarge", "us-east-1")
    assert offer is not None and offer.value is False


def test_p3dn_trains_and_cannot_host() -> None:
    accepted = catalog.accepted_by("ml.p3dn.24xlarge")
    assert "training" in accepted and "hosting" not in accepted
    assert catalog.price("hosting", "ml.p3dn.24xlarge", "us-east-1") is None
    assert catalog.offering_regions("p3dn.24xlarge") == (
        "ap-northeast-1",
        "eu-west-1",
        "us-east-1",
        "us-west-2",
    )


def test_offerings_of_a_region_without_data_are_unknown() -> None:
    assert catalog.offered("g5.2xlarge", "mx-central-1") is None
    assert catalog.offered("no.such", "us-east-1") is None


def test_a_typo_is_answered_with_what_was_meant() -> None:
    assert catalog.nearest_types("ml.g5.2xlarg")[0] == "ml.g5.2xlarge"
    assert nearest("us-esat-1", catalog.regions()) == ["us-east-1"]
    assert catalog.instance("ml.g5.2xlarg") is None


def test_storage_is_priced_where_a_price_or_its_base_is_known() -> None:
    volume = "sagemaker-ml-storage-train-host-notebook"
    listed = catalog.storage_price(volume, "us-east-1")
    derived = catalog.storage_price(volume, "ap-northeast-2")
    assert listed is not None and listed.usd == Decimal("0.14") and not listed.derived
    assert derived is not None and derived.derived
    assert derived.usd == Decimal("0.114") * Decimal("1.4")
    assert catalog.storage_price(volume, "eu-north-1") is None


@given(
    st.sampled_from(NAMES),
    st.sampled_from(REGIONS),
    st.sampled_from(["ec2", "training", "hosting"]),
)
def test_every_price_has_a_region_a_date_a_source_and_a_basis(
    name: str, region: str, component: str
) -> None:
    price = catalog.price(component, name, region)
    if price is None:
        return
    assert price.region == region and price.usd > 0 and price.source
    date.fromisoformat(price.date)
    assert price.derived == (price.fact.basis.rank >= Basis.DERIVED.rank)
    assert price.derived == (price.factor is not None)
    low, high = price.estimate().low, price.estimate().high
    assert low is not None and high is not None and low <= float(price.usd) <= high


def test_batchs_default_gpu_image_refuses_p3_and_g3() -> None:
    refused = catalog.batch_image_refuses("p3.2xlarge")
    assert refused is not None and "ECS_AL2023_NVIDIA" in refused.note
    assert catalog.batch_image_refuses("g3") and not catalog.batch_image_refuses("g5.xlarge")


def test_elastic_inference_is_gone_and_has_a_successor() -> None:
    gone = catalog.life("elastic-inference")
    assert gone is not None and gone.status == "retired" and "inf2" in gone.replaced_by


def test_quotas_are_named_as_aws_names_them() -> None:
    spot = catalog.quota("spot-training", "ml.g5.2xlarge")
    assert spot is not None and spot.name == "ml.g5.2xlarge for spot training job usage"
    batch = catalog.quota("ec2-spot", "g5.2xlarge")
    assert batch is not None and (batch.code, batch.default, batch.unit) == (
        "L-3819A6DF",
        0,
        "vCPU",
    )
    standard = catalog.quota("ec2", "m7i-flex.large")
    assert standard is not None and "Standard" in standard.name


@pytest.mark.parametrize(
    ("use", "machine", "code", "default"),
    [
        ("ec2", "m7i-flex.large", "L-1216C47A", 5),
        ("ec2", "p4d.24xlarge", "L-417A185B", 0),
        ("ec2-spot", "p5en.48xlarge", "L-C4BD4855", 0),
        ("ec2-spot", "p3.2xlarge", "L-7212CCBC", 0),
        ("ec2-spot", "trn1.2xlarge", "L-6B0D517C", 0),
        ("ec2", "inf2.xlarge", "L-1945791B", 0),
    ],
)
def test_each_family_counts_against_its_own_quota(
    use: str, machine: str, code: str, default: float
) -> None:
    found = catalog.quota(use, machine)
    assert found is not None and (found.code, found.default) == (code, default)


def test_age_is_the_datas_own() -> None:
    newest = max(age.newest for age in catalog.ages() if age.table.startswith("prices_"))
    day = date.fromisoformat(newest)
    assert catalog.age_warning(day) is None
    assert "days old" in (catalog.age_warning(day.replace(year=day.year + 1)) or "")


def test_constants_carry_a_range_around_their_value() -> None:
    for name in catalog.constants():
        fact, ranged = catalog.constant(name), catalog.ranged(name)
        assert ranged.low is not None and ranged.high is not None
        assert ranged.low <= fact.value <= ranged.high and fact.basis is ranged.basis
    assert catalog.constant("file_seconds_per_object").basis is Basis.MEASURED
    with pytest.raises(KeyError, match="no constant named"):
        catalog.constant("nonsense")


def test_an_algorithm_is_known_by_its_image_in_its_own_account_only() -> None:
    aws = "811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1"
    mine = "111122223333.dkr.ecr.us-east-1.amazonaws.com/object-detection:1"
    found = catalog.algorithm_of_image(aws)
    assert found is not None and found.name == "object-detection" and found.needs_gpu
    assert catalog.algorithm_of_image(mine) is None


EIGHT_GPUS = Wish("endpoint", "us-east-1", gpus=8, gpu_memory_gb=24, network_gbps=100)


def test_the_wish_for_eight_gpus_offers_p4d_and_says_why_p3dn_is_out() -> None:
    found = find(EIGHT_GPUS)
    assert "p4d.24xlarge" in names(found)
    (p3dn,) = [miss for miss in found.misses if miss.instance.name == "p3dn.24xlarge"]
    assert "CreateEndpointConfig does not take ml.p3dn.24xlarge" in p3dn.reasons[0]


def test_the_same_wish_for_training_offers_both() -> None:
    found = find(Wish("training", "us-east-1", gpus=8, gpu_memory_gb=24, network_gbps=100))
    assert {"p4d.24xlarge", "p3dn.24xlarge"} <= names(found)


def test_matches_come_cheapest_first_and_unknown_prices_last() -> None:
    prices = [
        match.price.usd if match.price else Decimal("inf") for match in find(EIGHT_GPUS).matches
    ]
    assert prices == sorted(prices)


def test_an_unknown_price_is_not_within_a_limit() -> None:
    found = find(Wish("training", "eu-central-1", gpus=1, max_usd_per_hour=1000))
    assert not found.matches
    reasons = {miss.instance.name: miss.reasons for miss in found.misses}
    assert reasons["g5.xlarge"] == ("its price is unknown",)


def test_a_retired_type_is_out_with_its_note() -> None:
    found = find(Wish("training", "us-east-1", gpus=1, gpu="V100"))
    out = {miss.instance.name: miss.reasons for miss in found.misses}
    assert "retired" in out["p3.2xlarge"][0]


@given(st.integers(1, 8), st.sampled_from([16.0, 24.0, 80.0]), st.sampled_from([10.0, 25.0, 100.0]))
def test_asking_for_more_never_finds_more(gpus: int, memory: float, network: float) -> None:
    less = find(Wish("training", "us-east-1", gpus=gpus, gpu_memory_gb=memory))
    more = find(
        Wish("training", "us-east-1", gpus=gpus, gpu_memory_gb=memory, network_gbps=network)
    )
    assert names(more) <= names(less)


def names(found: Found) -> set[str]:
    return {match.instance.name for match in found.matches}


def test_a_search_takes_less_than_fifty_milliseconds() -> None:
    """In a process of its own, with nothing read yet; the best of three on a busy machine."""
    code = (
        "import time\n"
        "from awsml.catalog.wishes import Wish, find\n"
        "start = time.process_time()\n"
        "find(Wish('endpoint', 'us-east-1', gpus=8, gpu_memory_gb=24, network_gbps=100))\n"
        "print(time.process_time() - start)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True) for _ in range(3)]
    assert min(float(run.stdout) for run in runs) < 0.05
