"""What AWS is known to refuse is caught, and what it is known to accept has no error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import botocore
import pytest

from awsml.finding import Level
from tools.conformance import CAUGHT, PAGE, findings, page, verdict
from tools.known_requests import Known, bases, rejections, valid_requests

REJECTIONS = rejections()
VALID = valid_requests()
ORDER = ("missed", "warned", "caught")
by_id = pytest.mark.parametrize("known", REJECTIONS, ids=lambda known: known.id)


def published_by_botocore() -> Iterator[Known]:
    """The examples that botocore ships, read from the installed package."""
    wanted = {
        "batch": (
            "CreateComputeEnvironment",
            "CreateJobQueue",
            "RegisterJobDefinition",
            "SubmitJob",
        ),
        "application-autoscaling": ("PutScalingPolicy", "RegisterScalableTarget"),
    }
    data = Path(botocore.__file__).parent / "data"
    for service, operations in wanted.items():
        (file,) = (data / service).glob("*/examples-1.json")
        examples = json.loads(file.read_text(encoding="utf-8"))["examples"]
        for operation in operations:
            for example in examples[operation]:
                name = f"{operation}: {example['title']}"
                yield Known(name, f"{service}:{operation}", example["input"], str(file))


SHIPPED = list(published_by_botocore())


@pytest.mark.parametrize("known", [*VALID, *SHIPPED], ids=lambda known: known.id)
def test_a_published_request_has_no_error(known: Known) -> None:
    wrong = [one for one in findings(known) if one.level is Level.ERROR]
    assert [(one.slug, one.request_path, one.message) for one in wrong] == []


@pytest.mark.parametrize("known", bases(), ids=lambda known: known.id)
def test_what_a_rejection_is_made_from_has_no_complaint(known: Known) -> None:
    assert [(one.slug, one.request_path) for one in findings(known)] == []


@by_id
def test_no_rejection_is_caught_worse_than_before(known: Known) -> None:
    before = json.loads(CAUGHT.read_text(encoding="utf-8"))
    assert ORDER.index(verdict(known)[0]) >= ORDER.index(before[known.id])


def test_no_rejection_is_removed() -> None:
    before = json.loads(CAUGHT.read_text(encoding="utf-8"))
    assert set(before) <= {known.id for known in REJECTIONS}


def test_the_lists_are_as_long_as_they_claim() -> None:
    services = [known.api.split(":")[0] for known in VALID]
    assert len(REJECTIONS) >= 300
    assert services.count("sagemaker") >= 60
    assert len(services) - services.count("sagemaker") >= 30


@pytest.mark.parametrize("rows", [REJECTIONS, VALID], ids=["rejections", "valid"])
def test_every_row_has_a_name_of_its_own_and_a_source(rows: list[Known]) -> None:
    assert len({row.id for row in rows}) == len(rows)
    assert [row.id for row in rows if not row.source.startswith(("https://", "botocore:"))] == []


def test_the_page_shows_what_is_caught_now() -> None:
    fresh = PAGE.read_text(encoding="utf-8") == page()
    assert fresh, "run `python -m tools.conformance`"
