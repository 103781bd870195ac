"""`awsml endpoint bench --on aws` against the fake: what it costs first, then the load."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.aws_project import ROLE, project
from tests.conftest import CommandLine
from tests.contracts import check_text
from tests.fake_aws.world import Refusal, World

__all__ = ["project"]

SCENARIO = f"""
kind: endpoint
name: flowers
region: us-east-1
role: {ROLE}
model:
  data: s3://acme-runs/model.tar.gz
  image: {{uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/m:1"}}
compute: {{instance: ml.g5.xlarge, count: 1}}
traffic: {{requests_per_second: 5, payload: 10 KB, example: ./request.json}}
"""
SHORT = ("--seconds", "0.2", "--warm-up", "0.1", "--rate", "40", "--concurrency", "2")
BENCH = ("endpoint", "bench", "endpoint.yaml", "--on", "aws", *SHORT)


@pytest.fixture(autouse=True)
def _up(project: World, tmp_path: Path) -> None:
    """An endpoint of two instances that has settled, of another type than the scenario's."""
    (tmp_path / "endpoint.yaml").write_text(SCENARIO)
    (tmp_path / "request.json").write_text('"' + "x" * 9998 + '"')
    variant = {"VariantName": "all", "InstanceType": "ml.g6.xlarge", "InitialInstanceCount": 2}
    config = {"EndpointConfigName": "c", "ProductionVariants": [variant]}
    endpoint = {"EndpointName": "flowers", "EndpointConfigName": "c"}
    for noun, request in (("EndpointConfig", config), ("Endpoint", endpoint)):
        made = {"request": request, "arn": "arn", "tags": [], "moved": 0.0, "verb": "Creating"}
        project.put("us-east-1", noun, request[f"{noun}Name"], made)  # type: ignore[arg-type]


def test_its_cost_is_told_and_nothing_is_sent_before_it_is_agreed_to(
    awsml: CommandLine, project: World
) -> None:
    ran = awsml(*BENCH)
    assert ran.code == 2
    assert "not-agreed" in ran.err
    assert "on AWS account 111122223333, us-east-1: flowers" in ran.err
    assert "2 x ml.g6.xlarge cost $2.25/h while up" in ran.err
    assert "at most 200,000 requests within 120 s: $0.03 for what goes in" in ran.err
    assert not project.journal.calls("InvokeEndpoint")


def test_it_measures_and_writes_the_rate_of_one_instance(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    ran = awsml(*BENCH, "-y", "-o", "json")
    assert ran.code == 0, ran.err
    printed = check_text("bench", ran.out)
    closed, opened = printed["points"]
    assert (closed["concurrency"], opened["rate"]) == (2, 40.0)
    assert opened["latency_ms"]["p99"] >= opened["latency_ms"]["p50"] > 0
    invoked = project.journal.calls("InvokeEndpoint")
    assert {entry["params"]["Body"] for entry in invoked} == {10_000}
    assert len(invoked) >= closed["requests"] + opened["requests"]
    told = printed["observed"]
    assert told["on"] == "ml.g6.xlarge"
    most = max(closed["requests_per_second"], opened["requests_per_second"])
    assert float(told["throughput"]) <= most / 2 * 1.001
    assert "observed: {on: ml.g6.xlarge" in (tmp_path / "endpoint.yaml").read_text()


def test_an_endpoint_that_refuses_everything_is_no_measurement(
    awsml: CommandLine, project: World, tmp_path: Path
) -> None:
    project.fail("InvokeEndpoint", Refusal("ModelError", "no such flower", 424), times=100_000)
    ran = awsml(*BENCH, "-y")
    assert ran.code == 1
    assert "bench-nothing-answered" in ran.err
    assert "observed" not in (tmp_path / "endpoint.yaml").read_text()


def test_an_endpoint_that_is_not_there_is_said_before_any_load(
    awsml: CommandLine, project: World
) -> None:
    ran = awsml("--region", "eu-west-1", *BENCH, "-y")
    assert ran.code == 3
    assert "no-such-endpoint" in ran.err
    assert not project.journal.calls("InvokeEndpoint")
