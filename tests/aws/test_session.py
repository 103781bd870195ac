"""The door: what botocore raises becomes an error that says what is known of the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from awsml.aws.refusals import AwsNotSent, AwsRefused, AwsSilent, is_absent, refusal
from awsml.aws.session import Session
from tests.backends.aws.conftest import credentials
from tests.fake_aws import training
from tests.fake_aws.server import FakeAws
from tests.fake_aws.world import Refusal, World

__all__ = ["credentials"]

DESCRIBE = ("sagemaker", "DescribeTrainingJob", {"TrainingJobName": "a"})
CREATE = ("sagemaker", "CreateTrainingJob", {"TrainingJobName": "a"})
BROKEN = Refusal("InternalFailure", "we broke", 500)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeAws]:
    with FakeAws(tmp_path) as fake:
        yield fake


@pytest.fixture
def world(fake: FakeAws) -> World:
    return fake.world


@pytest.fixture
def session(fake: FakeAws) -> Session:
    return Session(None, "us-east-1", fake.url, read_seconds=0.5, attempts=3)


@pytest.fixture
def job(world: World) -> None:
    training.create(world, "us-east-1", CREATE[2] | {"RoleArn": "r", "OutputDataConfig": {}})


def create(session: Session) -> None:
    required = {"RoleArn": "arn:aws:iam::111122223333:role/trainer"}
    required |= {"OutputDataConfig": {"S3OutputPath": "s3://acme/"}}
    session.send_once(CREATE[0], CREATE[1], CREATE[2] | required)


@pytest.mark.parametrize("how", ["drop", BROKEN], ids=["drop", "500"])
def test_a_read_is_repeated_through_a_fault(
    session: Session, world: World, job: None, how: str | Refusal
) -> None:
    world.fail("DescribeTrainingJob", how, times=2)
    assert session.call(*DESCRIBE)["TrainingJobName"] == "a"
    assert len(world.journal.calls("DescribeTrainingJob")) == 3


def test_a_throttled_read_is_repeated(session: Session, world: World, job: None) -> None:
    world.fail("DescribeTrainingJob", Refusal("ThrottlingException", "Rate exceeded"))
    assert session.call(*DESCRIBE)["TrainingJobName"] == "a"


@pytest.mark.parametrize("how", ["drop", "hang", BROKEN], ids=["drop", "hang", "500"])
def test_a_create_is_sent_once_and_its_outcome_is_in_doubt(
    session: Session, world: World, how: str | Refusal
) -> None:
    world.fail("CreateTrainingJob", how, times=9, seconds=1.0)
    with pytest.raises(AwsSilent):
        create(session)
    assert len(world.journal.calls("CreateTrainingJob")) == 1


def test_a_throttled_create_is_a_clear_no(session: Session, world: World) -> None:
    world.fail("CreateTrainingJob", Refusal("ThrottlingException", "Rate exceeded"))
    with pytest.raises(AwsRefused) as refused:
        create(session)
    assert refused.value.slug == "aws-throttled"


def test_a_wrong_clock_is_named(session: Session, world: World) -> None:
    world.skew_seconds = 4000.0
    with pytest.raises(AwsRefused) as refused:
        session.call(*DESCRIBE)
    assert refused.value.slug == "aws-clock"
    assert "timedatectl" in str(refused.value.hint)


def test_no_server_means_not_sent() -> None:
    session = Session(None, "us-east-1", "http://127.0.0.1:9", attempts=1)
    with pytest.raises(AwsNotSent) as error:
        create(session)
    assert error.value.slug == "aws-unreachable"


def test_no_region_means_not_sent(fake: FakeAws) -> None:
    with pytest.raises(AwsNotSent, match="no AWS region"):
        Session(None, None, fake.url).call(*DESCRIBE)


def test_an_unknown_profile_means_not_sent(fake: FakeAws) -> None:
    with pytest.raises(AwsNotSent, match="nobody"):
        Session("nobody", "us-east-1", fake.url).call(*DESCRIBE)


def test_a_shape_that_botocore_refuses_means_not_sent(session: Session, world: World) -> None:
    with pytest.raises(AwsNotSent, match="Missing required parameter"):
        session.send_once(*CREATE)
    assert world.journal.entries == []


def test_a_client_is_made_once(session: Session, job: None) -> None:
    session.call(*DESCRIBE)
    assert session.client("sagemaker") is session.client("sagemaker")
    assert session.client("sagemaker") is not session.client("sagemaker", once=True)


def test_all_pages_are_read(session: Session, world: World) -> None:
    for number in range(250):
        training.create(world, "us-east-1", {"TrainingJobName": f"job-{number}"})
    query = ("sagemaker", "ListTrainingJobs", {"MaxResults": 100}, "TrainingJobSummaries")
    assert len(list(session.pages(*query))) == 250
    assert len(world.journal.calls("ListTrainingJobs")) == 3


ABSENT = [
    ("ValidationException", "Requested resource not found.", True),
    ("ValidationException", 'Could not find endpoint "arn:...".', True),
    ("ValidationException", "1 validation error detected: Value null", False),
    ("ResourceNotFound", "Could not find hyper parameter tuning job.", True),
    ("NoSuchEntity", "The role with name x cannot be found.", True),
    ("AccessDeniedException", "Requested resource not found.", False),
]


@pytest.mark.parametrize(("code", "detail", "absent"), ABSENT)
def test_absence_is_told_by_code_and_words(code: str, detail: str, absent: bool) -> None:
    assert is_absent(refusal(code, detail, "DescribeTrainingJob")) is absent


def test_a_quota_s_hint_asks_for_what_is_used_and_wanted() -> None:
    detail = (
        "The account-level service limit 'ml.p3.2xlarge for training job usage' is 1 Instances,"
        " with current utilization of 1 Instances and a request delta of 2 Instances."
    )
    hint = refusal("ResourceLimitExceeded", detail, "CreateTrainingJob").hint
    assert hint is not None
    assert "QuotaName=='ml.p3.2xlarge for training job usage'" in hint
    assert hint.endswith("--desired-value 3")


def test_a_denied_action_is_named_in_the_hint() -> None:
    detail = (
        "User: arn:aws:iam::1:user/u is not authorized to perform: sagemaker:CreateTrainingJob"
        " on resource: arn:aws:sagemaker:us-east-1:1:training-job/a"
    )
    refused = refusal("AccessDeniedException", detail, "CreateTrainingJob")
    assert refused.slug == "aws-access-denied"
    assert refused.hint is not None
    assert refused.hint.startswith("allow `sagemaker:CreateTrainingJob` on `arn:aws:sagemaker")
