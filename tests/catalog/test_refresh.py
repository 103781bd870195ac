"""A refresh against recorded-shape answers, and against answers that went wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from awsml import catalog
from awsml.aws.session import Session
from awsml.basis import Basis
from awsml.catalog import gates, refresh, snapshots
from awsml.catalog.differences import differences
from awsml.catalog.tables import Tables, current
from awsml.errors import AwsmlError, BackendError

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
REGION = "eu-west-1"
TYPES = {"g5.xlarge": "1.123", "g6.xlarge": "0.9", "m5.xlarge": "0.214"}


def offer(attributes: Mapping[str, str], usd: str) -> str:
    term = {"priceDimensions": {"x.y": {"unit": "Hrs", "pricePerUnit": {"USD": usd}}}}
    return json.dumps(
        {
            "product": {"attributes": {"regionCode": REGION, **attributes}},
            "terms": {"OnDemand": {"x": term}},
            "publicationDate": "2026-11-18T20:00:00Z",
        }
    )


def ec2_offers(prices: Mapping[str, str] = TYPES) -> list[str]:
    return [offer({"instanceType": name}, usd) for name, usd in prices.items()]


def sagemaker_offers() -> list[str]:
    usages = {"EUW1-Train:ml.g5.xlarge": "1.57", "EUW1-Host:ml.m5.xlarge": "0.257"}
    ignored = {"EUW1-AsyncInf:ml.m5.xlarge": "0.3", "EUW1-Train:VolumeUsage.gp2": "0.154"}
    return [offer({"usagetype": usage}, usd) for usage, usd in {**usages, **ignored}.items()]


def described(name: str) -> dict[str, Any]:
    return {
        "InstanceType": name,
        "VCpuInfo": {"DefaultVCpus": 4},
        "MemoryInfo": {"SizeInMiB": 16384},
        "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
        "NetworkInfo": {"NetworkPerformance": "Up to 10 Gigabit", "EfaSupported": False},
        "EbsInfo": {},
        "SupportedUsageClasses": ["on-demand", "spot"],
    }


def spot_entry(zone: str, usd: str) -> dict[str, Any]:
    return {"InstanceType": "g5.xlarge", "AvailabilityZone": zone, "SpotPrice": usd}


Answers = dict[tuple[str, str], list[dict[str, Any]]]


def answers(**changed: list[dict[str, Any]]) -> Answers:
    """What each operation answers, page by page."""
    pages = {
        "ec2_prices": pages_of("PriceList", ec2_offers(), size=2),
        "sagemaker_prices": pages_of("PriceList", sagemaker_offers(), size=2),
        "types": pages_of("InstanceTypes", [described(name) for name in TYPES], size=2),
        "offerings": pages_of("InstanceTypeOfferings", [{"InstanceType": n} for n in TYPES], 3),
        "spot": pages_of(
            "SpotPriceHistory",
            [spot_entry("a", "0.40"), spot_entry("b", "0.60"), spot_entry("a", "0.99")],
            size=3,
        ),
        "quotas": pages_of(
            "Quotas",
            [
                {
                    "QuotaName": "ml.g5.xlarge for training job usage",
                    "QuotaCode": "L-1",
                    "Value": 2.0,
                }
            ],
            size=1,
        ),
        "ec2_quotas": [{"Quotas": []}],
        **changed,
    }
    return {
        ("pricing", "AmazonEC2"): pages["ec2_prices"],
        ("pricing", "AmazonSageMaker"): pages["sagemaker_prices"],
        ("ec2", "describe_instance_types"): pages["types"],
        ("ec2", "describe_instance_type_offerings"): pages["offerings"],
        ("ec2", "describe_spot_price_history"): pages["spot"],
        ("service-quotas", "sagemaker"): pages["quotas"],
        ("service-quotas", "ec2"): pages["ec2_quotas"],
    }


def pages_of(key: str, items: list[Any], size: int) -> list[dict[str, Any]]:
    parts = [items[i : i + size] for i in range(0, len(items), size)]
    pages: list[dict[str, Any]] = [{key: part} for part in parts]
    for index, page in enumerate(pages[:-1]):
        page["NextToken"] = f"page-{index + 1}"
    return pages


# Models are parsed once for all tests; making clients is not for several threads.
BOTO = boto3.session.Session(aws_access_key_id="x", aws_secret_access_key="x")
ONE_AT_A_TIME = threading.Lock()


class StubbedSession(Session):
    """The door to AWS with botocore's Stubber behind it: one client of its own for each call."""

    def __init__(self, answers: Answers, region: str) -> None:
        super().__init__(region=region, attempts=1)
        self._answers = answers

    def pages(
        self, service: str, operation: str, params: Mapping[str, Any], key: str
    ) -> Iterator[dict[str, Any]]:
        self._clients.clear()
        self._wanted = params.get("ServiceCode") or _snake(operation)
        return super().pages(service, operation, params, key)

    def _make_client(self, service: str, once: bool, region: str) -> Any:
        with ONE_AT_A_TIME:
            client = BOTO.client(service, region)
        stubber = Stubber(client)
        methods = {"pricing": "get_products", "service-quotas": "list_service_quotas"}
        method = methods.get(service, self._wanted)
        for page in self._answers[(service, self._wanted)]:
            if "error" in page:
                stubber.add_client_error(method, page["error"], "Rate exceeded", 400)
            else:
                stubber.add_response(method, page)
        stubber.activate()
        return client


def _snake(operation: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")


def read(given: Answers) -> refresh.Reading:
    seen: list[int] = []
    reading = refresh.read_all(
        lambda region: StubbedSession(given, region),
        [REGION],
        NOW,
        lambda done, total, what: seen.append(done),
    )
    assert seen == list(range(1, len(refresh.READERS) + 1))
    return reading


@pytest.fixture
def sparse(tmp_path: Path) -> Tables:
    """Facts in force that know four prices of the region, one of a type no longer offered."""
    folder = tmp_path / "bundled"
    folder.mkdir()
    for name in ("sources", "instances", "prices_sagemaker", "offerings"):
        text = (current().bundled / f"{name}.csv").read_text("utf-8")
        (folder / f"{name}.csv").write_text(text if name == "sources" else _header(text), "utf-8")
    rows = [f"{name},{REGION},{usd},karpenter-2026-07-20" for name, usd in TYPES.items()]
    rows.append(f"p3.2xlarge,{REGION},3.06,karpenter-2026-07-20")
    text = "\n".join(["type,region,usd,source", *sorted(rows)]) + "\n"
    (folder / "prices_ec2.csv").write_text(text, "utf-8")
    return Tables(folder)


def _header(text: str) -> str:
    return text.splitlines()[0] + "\n"


@pytest.fixture
def bundled_again() -> Iterator[None]:
    yield
    catalog.use(None)


def test_every_page_is_read_and_dated_by_the_data(sparse: Tables) -> None:
    reading = read(answers())
    prices = {row["type"]: row for row in reading.rows["prices_ec2"]}
    assert {name: row["usd"] for name, row in prices.items()} == TYPES
    assert prices["g5.xlarge"]["source"] == "pricing@2026-11-18", "when AWS published it"
    assert {row["date"] for row in reading.sources} == {"2026-11-18", "2026-11-20"}
    gates.checked(reading, sparse)


def test_sagemakers_components_are_told_apart_by_usage_type() -> None:
    rows = read(answers()).rows["prices_sagemaker"]
    found = {(row["type"], row["component"]): row["usd"] for row in rows}
    assert found == {("ml.g5.xlarge", "training"): "1.57", ("ml.m5.xlarge", "hosting"): "0.257"}


def test_spot_is_the_mean_of_what_is_in_force_in_each_zone() -> None:
    (row,) = read(answers()).rows["spot_prices"]
    assert Decimal(row["usd"]) == Decimal("0.5")


def test_throttling_ends_the_reading_and_changes_nothing(tmp_path: Path) -> None:
    throttled = answers(spot=[{"error": "RequestLimitExceeded"}])
    with pytest.raises(BackendError) as raised:
        refresh.read_all(
            lambda region: StubbedSession(throttled, region), [REGION], NOW, lambda *_: None
        )
    assert raised.value.slug == "aws-throttled"
    assert snapshots.Snapshots(tmp_path).current() is None


def test_a_lost_page_is_noticed_by_what_is_missing(sparse: Tables) -> None:
    first_page = pages_of("PriceList", ec2_offers(), size=2)[0]
    first_page.pop("NextToken")
    with pytest.raises(gates.ReadingRefused, match="1 of 3 known prices are missing"):
        gates.checked(read(answers(ec2_prices=[first_page])), sparse)


def test_a_price_of_a_type_no_longer_offered_may_go(sparse: Tables) -> None:
    passed = gates.checked(read(answers()), sparse)
    assert "p3.2xlarge" not in {row["type"] for row in passed.rows["prices_ec2"]}


def test_two_prices_for_one_type_are_refused(sparse: Tables) -> None:
    twice = [*ec2_offers(), offer({"instanceType": "g5.xlarge"}, "1.2")]
    with pytest.raises(gates.ReadingRefused, match="2 different values for g5"):
        gates.checked(read(answers(ec2_prices=[{"PriceList": twice}])), sparse)


def test_the_same_price_twice_is_one_price(sparse: Tables) -> None:
    twice = [*ec2_offers(), ec2_offers()[0]]
    passed = gates.checked(read(answers(ec2_prices=[{"PriceList": twice}])), sparse)
    assert len(passed.rows["prices_ec2"]) == len(TYPES)


def test_the_same_price_in_two_published_lists_is_one_price(sparse: Tables) -> None:
    again = ec2_offers()[0].replace("2026-11-18", "2026-11-19")
    reading = read(answers(ec2_prices=[{"PriceList": [*ec2_offers(), again]}]))
    assert len(gates.checked(reading, sparse).rows["prices_ec2"]) == len(TYPES)


def test_a_zero_is_refused(sparse: Tables) -> None:
    free = ec2_offers({**TYPES, "g6.xlarge": "0.0000000000"})
    with pytest.raises(gates.ReadingRefused, match="costs 0 in eu-west-1"):
        gates.checked(read(answers(ec2_prices=[{"PriceList": free}])), sparse)


def test_no_answer_at_all_is_refused(sparse: Tables) -> None:
    with pytest.raises(gates.ReadingRefused, match="prices_ec2 has no rows"):
        gates.checked(read(answers(ec2_prices=[{"PriceList": []}])), sparse)


def test_a_large_change_keeps_the_old_price_until_it_is_accepted(sparse: Tables) -> None:
    dear = answers(ec2_prices=[{"PriceList": ec2_offers({**TYPES, "g6.xlarge": "1.8"})}])
    passed = gates.checked(read(dear), sparse)
    (row,) = [row for row in passed.rows["prices_ec2"] if row["type"] == "g6.xlarge"]
    assert row["usd"] == "0.9" and row["source"] == "karpenter-2026-07-20", "with its old date"
    assert passed.set_aside == ("g6.xlarge eu-west-1: 0.9 became 1.8 (+100%)",)
    accepted = gates.checked(read(dear), sparse, accept_changes=True)
    assert "1.8" in {row["usd"] for row in accepted.rows["prices_ec2"]}


def test_a_spot_price_above_on_demand_is_set_aside(sparse: Tables) -> None:
    many = {f"m5.{n}xlarge": "1" for n in range(2, 16)}
    calm = [{"InstanceType": name, "AvailabilityZone": "a", "SpotPrice": "0.5"} for name in many]
    odd = answers(
        ec2_prices=[{"PriceList": ec2_offers({**TYPES, **many})}],
        spot=[{"SpotPriceHistory": [*calm, spot_entry("a", "9.0")]}],
    )
    passed = gates.checked(read(odd), sparse)
    assert "g5.xlarge" not in {row["type"] for row in passed.rows["spot_prices"]}
    assert passed.set_aside[0].startswith("g5.xlarge eu-west-1")


def test_many_prices_out_of_band_are_refused(sparse: Tables) -> None:
    odd = answers(spot=[{"SpotPriceHistory": [spot_entry("a", "9.0")]}])
    with pytest.raises(gates.ReadingRefused, match="do not fit their EC2 price"):
        gates.checked(read(odd), sparse)


def test_a_snapshot_answers_for_its_regions_alone(
    tmp_path: Path, sparse: Tables, bundled_again: None
) -> None:
    before = {region: catalog.price("ec2", "g5.xlarge", region) for region in ("us-east-1", REGION)}
    reading = read(answers())
    path = snapshots.Snapshots(tmp_path / "kept").write(reading, gates.checked(reading, sparse))
    catalog.use(path)
    now = catalog.price("ec2", "g5.xlarge", REGION)
    assert now is not None and (str(now.usd), now.date) == ("1.123", "2026-11-18")
    assert now.fact.basis is Basis.LISTED
    assert catalog.price("ec2", "g5.xlarge", "us-east-1") == before["us-east-1"]
    assert catalog.price("ec2", "g4dn.xlarge", REGION) is None, "AWS lists it there no more"
    assert catalog.offering_regions("g4dn.xlarge") and REGION not in catalog.offering_regions(
        "g4dn.xlarge"
    )
    spot = catalog.spot_price("g5.xlarge", REGION)
    assert spot is not None and spot.usd == Decimal("0.5")
    quota = catalog.quota("training", "ml.g5.xlarge", REGION)
    assert quota is not None and quota.value is not None and quota.value.value == 2


def test_a_crash_half_way_leaves_the_old_snapshot_in_force(
    tmp_path: Path, sparse: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = snapshots.Snapshots(tmp_path / "kept")
    reading = read(answers())
    passed = gates.checked(reading, sparse)
    first = store.write(reading, passed)

    def broken(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshots, "canonical", broken)
    later = refresh.Reading(reading.regions, NOW.replace(hour=12), reading.rows, reading.sources)
    with pytest.raises(BackendError, match="No space"):
        store.write(later, passed)
    assert store.current() == first and store.all() == (first,)


def test_old_snapshots_are_kept_and_compared(tmp_path: Path, sparse: Tables) -> None:
    store = snapshots.Snapshots(tmp_path / "kept")
    reading = read(answers())
    first = store.write(reading, gates.checked(reading, sparse))
    dearer = read(answers(ec2_prices=[{"PriceList": ec2_offers({**TYPES, "g6.xlarge": "1.0"})}]))
    later = refresh.Reading(dearer.regions, NOW.replace(day=21), dearer.rows, dearer.sources)
    second = store.write(later, gates.checked(later, sparse))
    assert store.current() == second and store.before(second) == first
    (change,) = differences(Tables(refreshed=first), Tables(refreshed=second))
    assert (change.key, change.before, change.after) == ("g6.xlarge eu-west-1", "0.9", "1")


def test_a_price_set_aside_twice_keeps_its_first_source(tmp_path: Path, sparse: Tables) -> None:
    """The second refresh keeps a row of the first snapshot, whose source the bundle lacks."""
    store = snapshots.Snapshots(tmp_path / "kept")
    reading = read(answers())
    first = Tables(refreshed=store.write(reading, gates.checked(reading, sparse)))
    dear = read(answers(ec2_prices=[{"PriceList": ec2_offers({**TYPES, "g6.xlarge": "1.8"})}]))
    later = refresh.Reading(dear.regions, NOW.replace(day=21), dear.rows, dear.sources)
    second = Tables(refreshed=store.write(later, gates.checked(later, first)))
    row = second.table("prices_ec2")[("g6.xlarge", REGION)]
    assert row["usd"] == "0.9" and second.source(row["source"])["date"] == "2026-11-18"


def test_a_gpu_newer_than_the_table_is_a_gpu(
    tmp_path: Path, sparse: Tables, bundled_again: None
) -> None:
    devices = [{"Name": "Z900", "Count": 8, "MemoryInfo": {"SizeInMiB": 294912}}]
    new = {**described("p9.48xlarge"), "GpuInfo": {"Gpus": devices}}
    types = [*(described(name) for name in TYPES), new]
    reading = read(answers(types=[{"InstanceTypes": types}]))
    path = snapshots.Snapshots(tmp_path).write(reading, gates.checked(reading, sparse))
    catalog.use(path)
    one = catalog.instance("p9.48xlarge")
    assert one is not None and (one.gpus, one.accelerator_gib) == (8, 288)


def test_a_refreshed_region_makes_no_other_look_fresh(
    tmp_path: Path, sparse: Tables, bundled_again: None
) -> None:
    reading = read(answers())
    path = snapshots.Snapshots(tmp_path).write(reading, gates.checked(reading, sparse))
    catalog.use(path)
    day = NOW.date().replace(year=2027, month=4)
    assert catalog.age_warning(day, REGION) is None
    assert "days old" in (catalog.age_warning(day, "us-east-1") or "")


def test_a_damaged_store_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "current").write_text("2026-01-01T00-00-00Z\n")
    with pytest.raises(AwsmlError) as raised:
        snapshots.Snapshots(tmp_path).current()
    assert raised.value.slug == "catalog-damaged" and "refresh" in (raised.value.hint or "")


def test_the_filters_ask_for_plain_on_demand_linux() -> None:
    """Without them the list holds a price for every licence, tenancy and reservation."""
    from awsml.catalog.offers import ec2_filters

    client = BOTO.client("pricing", "us-east-1")
    with Stubber(client) as stubber:
        fields = {f["Field"]: f["Value"] for f in ec2_filters(REGION)}
        stubber.add_response(
            "get_products", {"PriceList": []}, {"ServiceCode": "AmazonEC2", "Filters": ANY}
        )
        client.get_products(ServiceCode="AmazonEC2", Filters=ec2_filters(REGION))
    assert fields == {
        "regionCode": REGION,
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "capacitystatus": "Used",
        "preInstalledSw": "NA",
        "marketoption": "OnDemand",
    }
