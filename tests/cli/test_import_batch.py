"""`awsml import batch-job`: the scenario sends what the job was made with."""

from __future__ import annotations

import json

import pytest

from awsml.cli.commands.import_.batch_job import BATCH_JOB
from awsml.cli.commands.import_.importing import imported
from tests.cli.aws_project import project
from tests.conftest import CommandLine
from tests.fake_aws import batch
from tests.fake_aws.world import World

__all__ = ["project"]

DEFINITION = {
    "jobDefinitionName": "nightly_train",
    "type": "container",
    "platformCapabilities": ["EC2"],
    "containerProperties": {
        "image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/train:7",
        "command": ["python", "train.py", "Ref::day"],
        "jobRoleArn": "arn:aws:iam::111122223333:role/train",
        "resourceRequirements": [
            {"type": "VCPU", "value": "8"},
            {"type": "MEMORY", "value": "30000"},
            {"type": "GPU", "value": "1"},
        ],
        "linuxParameters": {"sharedMemorySize": 4096},
        "ulimits": [{"name": "nofile", "softLimit": 65536, "hardLimit": 65536}],
        "environment": [{"name": "STAGE", "value": "prod"}],
    },
    "parameters": {"day": "today"},
    "retryStrategy": {
        "attempts": 4,
        "evaluateOnExit": [
            {"onStatusReason": "Host EC2*", "action": "RETRY"},
            {"onReason": "*", "action": "EXIT"},
        ],
    },
    "timeout": {"attemptDurationSeconds": 7200},
}
JOB = {"jobName": "x", "jobQueue": "gpu", "jobDefinition": "nightly_train"}


def test_fields_are_used_where_there_are_some_and_raw_parameters_elsewhere() -> None:
    scenario = imported(
        BATCH_JOB, {"RegisterJobDefinition": DEFINITION, "SubmitJob": JOB}, "us-east-1"
    )
    assert scenario["resources"] == {
        "gpus": 1,
        "vcpus": 8,
        "memory": "30000 MiB",
        "shared_memory": "4096 MiB",
    }
    assert scenario["retry"]["attempts"] == 4
    raw = scenario["aws"]["RegisterJobDefinition"]
    assert set(raw["containerProperties"]) == {"linuxParameters", "ulimits"}


@pytest.mark.parametrize(
    "change",
    [
        {"timeout": {}},
        {"retryStrategy": {}},
        {"platformCapabilities": ["FARGATE"]},
        {"schedulingPriority": 5},
        {"propagateTags": True, "tags": {"team": "ml"}},
    ],
    ids=str,
)
def test_any_definition_comes_out_as_it_went_in(change) -> None:
    """`imported` itself refuses where its scenario would send anything else."""
    container = dict(DEFINITION["containerProperties"])
    if "FARGATE" in change.get("platformCapabilities", ()):
        container["resourceRequirements"] = [
            {"type": "VCPU", "value": "0.5"},
            {"type": "MEMORY", "value": "2048"},
        ]
        del container["linuxParameters"]
    requests = {
        "RegisterJobDefinition": {**DEFINITION, "containerProperties": container, **change},
        "SubmitJob": {**JOB, "arrayProperties": {"size": 10}},
    }
    assert imported(BATCH_JOB, requests, "us-east-1")["array"] == 10


def test_a_job_is_named_by_its_id(awsml: CommandLine, project: World) -> None:
    batch.register(project, "us-east-1", dict(DEFINITION))
    definition = batch.definitions(project, "us-east-1", {})["jobDefinitions"][0]
    job = {**JOB, "jobDefinition": definition["jobDefinitionArn"]}
    made = batch.submit(project, "us-east-1", job)
    ran = awsml("--region", "us-east-1", "import", "batch-job", made["jobId"], "-o", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["scenario"]["name"] == "nightly-train"
    missing = awsml("--region", "us-east-1", "import", "batch-job", "nothing")
    assert missing.code == 2 and "no-such-job" in missing.err
