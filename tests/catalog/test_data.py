"""The bundled tables hold together: form, sources, and what the figures must add up to."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from awsml import catalog
from awsml.basis import Basis
from awsml.catalog.tables import BUNDLED, KEYS, canonical, current, read_table

TABLES = sorted(path.stem for path in BUNDLED.glob("*.csv"))
MIB = 1024 * 1024


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_in_its_one_form(name: str) -> None:
    text = (BUNDLED / f"{name}.csv").read_text("utf-8")
    columns = text.splitlines()[0].split(",")
    assert canonical(name, read_table(BUNDLED, name).values(), columns) == text


def test_every_table_has_a_key_and_every_key_a_table() -> None:
    of_snapshots = {"account_quotas", "spot_prices"}  # read from an account, never bundled
    assert set(TABLES) == KEYS.keys() - of_snapshots


@pytest.mark.parametrize("name", [name for name in TABLES if name != "sources"])
def test_every_fact_names_a_source_with_a_date_and_a_basis(name: str) -> None:
    sources = current().table("sources")
    for row in current().table(name).values():
        source = sources[(row["source"],)]
        date.fromisoformat(source["date"])
        assert source["title"] and Basis(source["basis"])


def test_no_source_is_left_over() -> None:
    named = {row["source"] for name in TABLES if name != "sources" for row in table(name)}
    named |= {row["memory_source"] for row in table("cards")}
    named |= {facts["source"] for facts in current().document("algorithms").values()}
    assert {row["source"] for row in table("sources")} == named


def table(name: str) -> list[dict[str, str]]:
    return [dict(row) for row in read_table(BUNDLED, name).values()]


def test_it_stays_small() -> None:
    assert sum(path.stat().st_size for path in BUNDLED.iterdir()) < 400_000


@pytest.mark.parametrize("one", catalog.instances(), ids=lambda one: one.name)
def test_a_type_is_what_it_says(one: catalog.Instance) -> None:
    assert one.vcpus > 0 and one.memory_gib > 0 and one.architecture in ("x86_64", "arm64")
    assert (one.accelerators > 0) == (one.accelerator is not None)
    assert (one.disks > 0) == (one.disk_gb > 0)
    baseline, peak = one.network_baseline_gbps, one.network_peak_gbps
    assert baseline is None or peak is None or 0 < baseline <= peak
    assert one.card_baseline_gbps is None or one.card_baseline_gbps <= (baseline or 0)
    assert (one.ebs_baseline_mbs or 0) <= (one.ebs_maximum_mbs or 0)


# Totals as AWS's instance pages state them, in GiB.
TOTALS = {
    "p3.16xlarge": 128,
    "p3dn.24xlarge": 256,
    "p4d.24xlarge": 320,
    "p4de.24xlarge": 640,
    "p5.48xlarge": 640,
    "p5en.48xlarge": 1128,
    "g4dn.12xlarge": 64,
    "g5.48xlarge": 192,
    "g6.48xlarge": 192,
    "g6e.48xlarge": 384,
    "trn1.32xlarge": 512,
    "trn2.48xlarge": 1536,
    "inf2.48xlarge": 384,
}


@pytest.mark.parametrize(("name", "total"), TOTALS.items())
def test_devices_times_memory_is_the_total(name: str, total: int) -> None:
    one = catalog.instance(name)
    assert one is not None and one.accelerator_total_gib == total


@pytest.mark.parametrize(
    "correction", table("corrections"), ids=lambda c: f"{c['key']}-{c['field']}"
)
def test_a_correction_still_bites(correction: dict[str, str]) -> None:
    """One whose defect the source has mended is taken off the list."""
    raw = read_table(BUNDLED, correction["table"])[(correction["key"],)]
    assert raw[correction["field"]] == correction["wrong"] != correction["right"]
    assert correction["reason"]


def test_a_corrected_type_says_what_was_wrong() -> None:
    trn2 = catalog.instance("trn2.48xlarge")
    assert trn2 is not None and trn2.accelerator_gib == 96
    assert any("512" in note for note in trn2.notes)


def test_spot_is_never_dearer_than_on_demand() -> None:
    for row in table("spot"):
        assert 0 <= int(row["saving_percent"]) <= 100 and int(row["band"]) in range(5)
        spot = catalog.spot_price(row["type"], row["region"])
        listed = catalog.price("ec2", row["type"], row["region"])
        assert spot is None or (listed is not None and spot.usd <= listed.usd)


def test_sagemaker_costs_a_known_part_more_than_ec2() -> None:
    """Every listed pair lies on its class's factor, but for the rounding of the lists."""
    markups = [(row, re.compile(row["types"])) for row in table("markups")]
    pairs = 0
    for row in table("prices_sagemaker"):
        base = current().table("prices_ec2").get((row["type"].removeprefix("ml."), row["region"]))
        classes = [m for m, pattern in markups if pattern.fullmatch(row["type"])]
        assert len(classes) == 1, row["type"]
        if base is not None:
            ratio = Decimal(row["usd"]) / Decimal(base["usd"])
            assert abs(ratio / Decimal(classes[0]["factor"]) - 1) < Decimal("0.01"), row
            pairs += 1
    assert pairs > 150


def test_prices_are_positive() -> None:
    for name in ("prices_ec2", "prices_sagemaker", "prices_past"):
        assert all(Decimal(row["usd"]) > 0 for row in table(name))


def test_region_names_are_known_ones() -> None:
    known = set(catalog.regions())
    for name in ("prices_ec2", "prices_sagemaker", "spot", "accounts", "region_factors"):
        assert {row["region"] for row in table(name)} <= known


def test_what_replaces_a_retired_type_can_be_had() -> None:
    for row in table("lifecycle"):
        for name in row["replaced_by"].split():
            types = [one for one in catalog.instances() if name in (one.name, one.family)]
            assert types and not any(one.retired for one in types), name


def test_a_superseded_price_is_no_current_one() -> None:
    past = catalog.past_prices("ml.p4d.24xlarge", "us-east-1")
    assert {each.price.component for each in past} == {"ec2", "hosting"}
    for each in past:
        now = catalog.price(each.price.component, "p4d.24xlarge", "us-east-1")
        assert now is not None and now.usd < each.price.usd and now.date > each.until


def test_the_enums_are_those_of_botocore() -> None:
    """Types that a newer botocore adds are missing here until the table is rebuilt."""
    import botocore.session

    model = botocore.session.get_session().get_service_model("sagemaker")
    for use, shape in {
        "training": "TrainingInstanceType",
        "hosting": "ProductionVariantInstanceType",
        "processing": "ProcessingInstanceType",
    }.items():
        ours = {
            name for (name,), row in current().table("apis").items() if use in row["apis"].split()
        }
        theirs = {n for n in model.shape_for(shape).enum if n.startswith("ml.")}
        assert ours - theirs == set()
        assert {n for n in theirs - ours if not n.startswith("ml.geospatial")} == set()
