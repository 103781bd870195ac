"""Raw requests: one JSON file, and many in JSON lines, through every rule."""

from __future__ import annotations

import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from awsml import api
from awsml.readers.requests import read_request, read_requests
from awsml.requests.table import Table, known_apis, load_table
from tests.fuzz.profile import fuzzing
from tests.fuzz.reader import FUZZED
from tests.fuzz.texts import as_bytes, mutated, trees

_REQUESTS = {
    "sagemaker:CreateTrainingJob": {
        "TrainingJobName": "job",
        "RoleArn": "arn:aws:iam::111122223333:role/a",
        "HyperParameters": {"lr": "0.1"},
        "AlgorithmSpecification": {"TrainingImage": "a", "TrainingInputMode": "Pipe"},
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://a/b"}},
            }
        ],
        "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90},
        "EnableManagedSpotTraining": True,
        "CheckpointConfig": {"S3Uri": "s3://a/c"},
    },
    "batch:SubmitJob": {
        "jobName": "a",
        "jobQueue": "q",
        "jobDefinition": "d",
        "retryStrategy": {"attempts": 3, "evaluateOnExit": [{"onReason": "*", "action": "EXIT"}]},
        "timeout": {"attemptDurationSeconds": 60},
        "arrayProperties": {"size": 2},
    },
    "application-autoscaling:PutScalingPolicy": {
        "PolicyName": "p",
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/e/variant/v",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70.0},
    },
    "scheduler:CreateSchedule": {
        "Name": "n",
        "ScheduleExpression": "cron(0 2 ? * MON-FRI *)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob", "RoleArn": "r"},
    },
}
_KEYS = tuple({key for request in _REQUESTS.values() for key in request})
_APIS = st.sampled_from(list(_REQUESTS))


@fuzzing
@given(_APIS, mutated([json.dumps(request, indent=1) for request in _REQUESTS.values()]))
def test_a_request_is_findings_or_an_error(name: str, text: str) -> None:
    def check() -> None:
        read = read_request(name, as_bytes(text).decode("utf-8", "replace"), "fuzzed.json")
        assert read.plan is not None
        api.validate_plan(read.plan, api.Terms(strict=True), read.findings)

    FUZZED.reads("requests", check)


@fuzzing
@given(_APIS, st.dictionaries(st.sampled_from(_KEYS), trees(_KEYS), max_size=6))
def test_a_request_of_odd_values_is_findings_or_an_error(
    name: str, changed: dict[str, object]
) -> None:
    def check() -> None:
        text = json.dumps({**_REQUESTS[name], **changed})
        read = read_request(name, text, "fuzzed.json")
        assert read.plan is not None
        api.validate_plan(read.plan, api.Terms())

    FUZZED.reads("requests", check)


@fuzzing
@given(
    st.lists(
        mutated(['{"id": 1, "api": "batch:SubmitJob", "params": {"jobName": "a"}}']), max_size=4
    )
)
def test_lines_of_requests_are_findings(lines: list[str]) -> None:
    def check() -> None:
        for read in read_requests(lines, "fuzzed.jsonl"):
            assert read.plan is not None or read.findings
            if read.plan is not None:
                api.validate_plan(read.plan, api.Terms())

    assert FUZZED.reads("requests by line", check) is None


_TEXTS = (
    *("9" * 5000, "1e999", "-1", "0", "nan", "²", "0:1:2", "0:" + "9" * 5000, "1.5", "", " ", "*"),
    *("cron(0 0 ? * * *)", "rate(" + "9" * 5000 + " days)", "at(2026-01-01T00:00:00)", "s3://a/b"),
    *(
        "arn:aws:iam::1:role/a",
        "arn:aws:sagemaker:::x",
        "ml.g5.xlarge",
        "g5",
        "optimal",
        "{",
        "[" * 99,
    ),
    *(
        "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.1-gpu-py310-cu"
        + "9" * 5000,
    ),
    *(
        "pytorch-training:" + "9" * 5000,
        "Ref::x",
        "Ref::",
        "${x}",
        "\0",
        "\x1b[2J",
        "é" * 300,
        "a" * 3000,
    ),
    *('{"source": ["aws.batch"]}', "MEMORY", "VCPU", "GPU", "endpoint/e/variant/v", "sagemaker"),
)
_FIGURES = (0, -1, 1, 2, 10**30, -(10**30), 0.5, 1e308, -1e308, 1e-308, 60, 100)


def request_of(table: Table, random: Random) -> dict[str, object]:
    """Parameters in the form of the service's model, whose values make little sense."""
    made = _made(table, table.input, random, 9)
    return made if isinstance(made, dict) else {}


def _made(table: Table, name: str, random: Random, depth: int) -> object:
    shape = table.shapes[name]
    if random.random() < 0.02:
        return random.choice([None, [], {}, "x", 1, True])
    match shape.type:
        case "structure":
            share = 0.9 if depth > 7 else 0.35
            chosen = [m for m in shape.members if m in shape.required or random.random() < share]
            chosen = chosen if depth else []
            return {m: _made(table, shape.members[m], random, depth - 1) for m in chosen}
        case "list":
            return [
                _made(table, shape.item, random, depth - 1)
                for _ in range(random.choice((0, 1, 1, 2)))
            ]
        case "map":
            keys = [_made(table, shape.key, random, 1) for _ in range(random.choice((0, 1, 2)))]
            return {str(key): _made(table, shape.value, random, depth - 1) for key in keys}
        case "boolean":
            return random.random() < 0.5
        case "string":
            known = shape.enum and random.random() < 0.8
            return random.choice(shape.enum if known else _TEXTS)
    return random.choice(_FIGURES)


@fuzzing
@given(st.sampled_from(known_apis()), st.integers(0, 2**64))
def test_a_request_of_the_right_form_is_findings(name: str, seed: int) -> None:
    table = load_table(name)
    assert table is not None
    text = json.dumps(request_of(table, Random(seed)))

    def check() -> None:
        read = read_request(name, text, "fuzzed.json", region="us-east-1")
        assert read.plan is not None
        api.validate_plan(read.plan, api.Terms(target="aws", strict=True))

    assert FUZZED.reads("requests", check) is None
