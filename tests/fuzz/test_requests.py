"""Raw requests: one JSON file, and many in JSON lines, through every rule."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from awsml import api
from awsml.readers.requests import read_request, read_requests
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
