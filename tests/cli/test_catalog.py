"""`awsml catalog` as it is typed."""

from __future__ import annotations

import json

import pytest

from awsml import catalog
from tests.conftest import CommandLine

WISH = ("--gpus", "8", "--gpu-memory", "24GB", "--network", "100Gbps", "--for", "endpoint")


@pytest.fixture(autouse=True)
def bundled_again() -> object:
    yield
    catalog.use(None)


def test_show_says_that_p3dn_trains_and_cannot_host(awsml: CommandLine) -> None:
    ran = awsml("catalog", "show", "ml.p3dn.24xlarge")
    assert ran.code == 0 and ran.err == ""
    assert "8 x V100, 32 GiB each" in ran.out
    assert "SageMaker takes it for      training" in ran.out
    assert "and refuses it for          hosting" in ran.out
    assert "ap-northeast-1, eu-west-1, us-east-1, us-west-2" in ran.out
    assert "ml.p4d.24xlarge, ~$" in ran.out


def test_show_as_json_has_null_for_unknown_prices(awsml: CommandLine) -> None:
    ran = awsml("catalog", "show", "g5.2xlarge", "--region", "eu-central-1", "-o", "json")
    shown = json.loads(ran.out)
    assert shown["version"] == 1 and shown["prices"]["training"] is None
    assert shown["offered"] is True and shown["source"] and shown["date"]


def test_a_listed_and_a_derived_price_look_different(awsml: CommandLine) -> None:
    out = awsml("catalog", "show", "ml.g5.2xlarge").out
    assert "training    $1.515/hour" in out and "listed" in out
    assert "~$1.515/hour" in out and "+-0.4%" in out


def test_superseded_prices_are_shown_with_their_end(awsml: CommandLine) -> None:
    out = awsml("catalog", "show", "ml.p4d.24xlarge").out
    assert "$37.688/hour" in out and "until 2025-06-01" in out
    shown = json.loads(awsml("catalog", "show", "ml.p4d.24xlarge", "-o", "json").out)
    assert {past["until"] for past in shown["past"]} == {"2025-06-01"}


def test_show_knows_algorithms(awsml: CommandLine) -> None:
    out = awsml("catalog", "show", "object-detection").out
    assert "application/x-recordio" in out and "validation:mAP (maximize)" in out


def test_find_offers_p4d_and_says_why_p3dn_is_out(awsml: CommandLine) -> None:
    ran = awsml("catalog", "find", *WISH, "--region", "us-east-1")
    fits, out = ran.out.split("the hardware would do, but")
    assert "ml.p4d.24xlarge" in fits and "p3dn" not in fits
    assert "CreateEndpointConfig does not take ml.p3dn.24xlarge" in " ".join(out.split())


def test_find_in_a_region_without_prices_says_how_to_get_them(awsml: CommandLine) -> None:
    out = awsml("catalog", "find", "--gpus", "1", "--region", "eu-central-1").out
    assert "unknown" in out and "no price is known in eu-central-1" in out


def test_memory_is_counted_as_machines_are_sold(awsml: CommandLine) -> None:
    shown = json.loads(awsml("catalog", "find", "--memory", "16GB", "-o", "json").out)
    assert min(match["memory_gib"] for match in shown["matches"]) == 16


def test_find_as_json_has_the_same(awsml: CommandLine) -> None:
    shown = json.loads(awsml("catalog", "find", *WISH, "-o", "json").out)
    assert "p4d.24xlarge" in [match["name"] for match in shown["matches"]]
    assert {"p3dn.24xlarge", "p5e.48xlarge"} == {out["name"] for out in shown["out"]}


def test_find_with_nothing_to_show_says_so(awsml: CommandLine) -> None:
    ran = awsml("catalog", "find", "--gpus", "64")
    assert ran.code == 1 and "nothing fits" in ran.out


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("show", "ml.g5.2xlarg"), "`ml.g5.2xlarg` is no instance type", "`ml.g5.2xlarge`"),
        (("find", "--network", "100 Gigs"), "`Gigs` is no unit", "25 Gbps"),
        (
            ("show", "m5.large", "--region", "us-esat-1"),
            "`us-esat-1` is no AWS region",
            "us-east-1",
        ),
        (("images", "pytroch"), "`pytroch` has no images", "pytorch"),
        (("diff",), "nothing was refreshed yet", "awsml catalog refresh"),
    ],
)
def test_a_mistake_gets_an_error_and_a_hint(
    awsml: CommandLine, words: tuple[str, ...], message: str, hint: str
) -> None:
    ran = awsml("catalog", *words)
    assert ran.code == 2 and ran.out == ""
    assert message in ran.err and hint in ran.err and "Traceback" not in ran.err


def test_images_say_until_when_they_are_patched(awsml: CommandLine) -> None:
    out = awsml("catalog", "images", "pytorch", "--for", "batch").out
    assert "2.13" in out and "2027-07-20" in out
    assert "2026-01-29 (past)" in out


def test_status_dates_the_facts_by_their_own_dates(awsml: CommandLine) -> None:
    out = awsml("catalog", "status").out
    assert "prices_sagemaker" in out and "2026-09-24" in out and "never; bundled" in out
    shown = json.loads(awsml("catalog", "status", "-o", "json").out)
    assert shown["refreshed"] is None and shown["tables"][0]["rows"] > 500


def test_refresh_without_credentials_says_what_to_do(
    awsml: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, f"{tmp_path}/none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    ran = awsml("catalog", "refresh", "--region", "us-east-1")
    assert ran.code == 3 and "no AWS credentials were found" in ran.err
    assert "Traceback" not in ran.err
