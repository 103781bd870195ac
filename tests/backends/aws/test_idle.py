"""Which endpoints cost and serve nobody, against botocore's Stubber."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import ANY

from awsml.aws.endpoints import endpoint_metrics
from awsml.backends.aws.idle import IdleEndpoint, idle_endpoints
from awsml.render.idle import idle_text
from tests.backends.aws.test_endpoint import ARN, Script

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def listed(
    script: Script, values: list[tuple[datetime, float]], created: datetime, **config: Any
) -> list[IdleEndpoint]:
    """One endpoint with these hours of Invocations."""
    variant = {"VariantName": "all", "ModelName": "m", "InstanceType": "ml.g4dn.xlarge"}
    row = {
        "EndpointName": "e",
        "EndpointArn": ARN,
        "CreationTime": created,
        "LastModifiedTime": created,
        "EndpointStatus": "InService",
    }
    script.expect("sagemaker", "ListEndpoints", {"Endpoints": [row]})
    running = [{"VariantName": "all", "CurrentInstanceCount": 2}]
    full = {**row, "EndpointConfigName": "c", "ProductionVariants": running}
    script.expect("sagemaker", "DescribeEndpoint", full)
    result = {
        "Id": "q0",
        "Timestamps": [moment for moment, _ in values],
        "Values": [value for _, value in values],
    }
    script.expect("cloudwatch", "GetMetricData", {"MetricDataResults": [result]}, None)
    written = {
        "EndpointConfigName": "c",
        "EndpointConfigArn": ARN,
        "CreationTime": created,
        "ProductionVariants": [variant],
        **config,
    }
    script.expect("sagemaker", "DescribeEndpointConfig", written)
    tags = {"Tags": [{"Key": "owner", "Value": "vision"}]}
    script.expect("sagemaker", "ListTags", tags, {"ResourceArn": ANY})
    found = idle_endpoints(script.session, 7, NOW.timestamp())
    script.done()
    return found


@pytest.fixture
def script() -> Script:
    return Script()


OLD = NOW - timedelta(days=90)


def test_no_data_over_the_whole_time_is_idle_and_has_a_price(script: Script) -> None:
    (row,) = listed(script, [], OLD)
    assert row.idle
    assert row.owner == "vision"
    assert row.usd_per_month == pytest.approx(2 * 730 * 0.7364, rel=0.01)
    assert "none in 7 days" in idle_text([row], 1, 7, 100)


def test_one_call_is_enough_to_be_in_use(script: Script) -> None:
    (row,) = listed(script, [(NOW - timedelta(days=2), 1.0)], OLD)
    assert not row.idle
    assert row.last == (NOW - timedelta(days=2)).timestamp()


def test_noughts_are_no_calls(script: Script) -> None:
    (row,) = listed(script, [(NOW - timedelta(days=2), 0.0)], OLD)
    assert row.idle


def test_a_young_endpoint_is_not_called_idle(script: Script) -> None:
    (row,) = listed(script, [], NOW - timedelta(days=1))
    assert not row.idle
    assert "younger than 7 days" in row.told


def test_an_asynchronous_one_publishes_no_invocations(script: Script) -> None:
    output = {"OutputConfig": {"S3OutputPath": "s3://acme/out/"}}
    (row,) = listed(script, [], OLD, AsyncInferenceConfig=output)
    assert not row.idle
    assert "ApproximateBacklogSize" in row.told


def test_the_metrics_of_an_endpoint_come_under_their_own_names(script: Script) -> None:
    result = {"Id": "q4", "Timestamps": [NOW], "Values": [21000.0]}
    script.expect("cloudwatch", "GetMetricData", {"MetricDataResults": [result]}, None)
    now = NOW.timestamp()
    answer = endpoint_metrics(script.session, "e", "all", now - 3600, now, now)
    script.done()
    assert answer["period"] == 60
    assert answer["MetricDataResults"][0]["Label"] == "ModelLatency"
