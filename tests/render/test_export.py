"""Exported code sends the request of the plan: each script is run, and its calls are caught."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from awsml.errors import UsageError
from awsml.plan import Call, Plan, Ref, Text, Unknown
from awsml.render.export import EXPORTS
from tests.fake_aws import s3
from tests.fake_aws.server import FakeAws

REQUEST: dict[str, Any] = {
    "TrainingJobName": "demo-1",
    "AlgorithmSpecification": {
        "TrainingImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/x:1",
        "TrainingInputMode": "Pipe",
        "MetricDefinitions": [{"Name": "loss", "Regex": r"loss=\"?([0-9.]+)\$`{x}"}],
    },
    "RoleArn": "arn:aws:iam::111122223333:role/trainer",
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": "s3://acme/train/",
                    "S3DataDistributionType": "ShardedByS3Key",
                }
            },
            "InputMode": "Pipe",
            "RecordWrapperType": "RecordIO",
            "ShuffleConfig": {"Seed": 7},
        }
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://acme/out/"},
    "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
    "EnableManagedSpotTraining": True,
    "CheckpointConfig": {"S3Uri": "s3://acme/ckpt/"},
    "HyperParameters": {"words": 'it\'s "quoted" $HOME `pwd` \\n {brace}', "lr": "1e-3"},
    "Environment": {"LANG": "한국어"},
    "Tags": [{"Key": "team", "Value": "vision"}],
}
AWS_STUB = """#!{python}
import json, sys
words = sys.argv[1:]
if words[:2] == ["sts", "get-caller-identity"]:
    print("111122223333")
elif "--cli-input-json" in words:
    body = json.loads(words[words.index("--cli-input-json") + 1])
    with open({log!r}, "a") as log:
        log.write(json.dumps([words[:2], body]) + "\\n")
    print("answer")
"""


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeAws]:
    with FakeAws(tmp_path) as fake:
        yield fake


def plan(**changes: Any) -> Plan:
    call = Call("sagemaker", "CreateTrainingJob", REQUEST | changes)
    return Plan("training", "demo", (call,), region="us-east-1")


def run_python(fake: FakeAws, tmp_path: Path, text: str) -> None:
    script = tmp_path / "submit.py"
    script.write_text(text, encoding="utf-8")
    credentials = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret"}
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_ENDPOINT_URL": fake.url}
    environ |= credentials | {"AWS_DEFAULT_REGION": "us-east-1"}
    command = [sys.executable, str(script)]
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def sent(fake: FakeAws, operation: str = "CreateTrainingJob") -> list[dict[str, Any]]:
    return [entry["params"] for entry in fake.world.journal.accepted(operation)]


def test_boto3_code_sends_the_same_request(fake: FakeAws, tmp_path: Path) -> None:
    run_python(fake, tmp_path, EXPORTS["boto3"](plan()))
    assert sent(fake) == [REQUEST]


def test_sdk_code_sends_the_same_request(fake: FakeAws, tmp_path: Path) -> None:
    pytest.importorskip("sagemaker.core")
    fake.world.tick = 1000.0  # `job.wait()` finds it completed
    run_python(fake, tmp_path, EXPORTS["sdk"](plan()))
    assert sent(fake) == [REQUEST]


def test_shell_code_sends_the_same_request(tmp_path: Path) -> None:
    assert run_shell(tmp_path, plan()) == [[["sagemaker", "create-training-job"], REQUEST]]


def run_shell(tmp_path: Path, exported: Plan) -> list[Any]:
    log, stub = tmp_path / "calls", tmp_path / "bin" / "aws"
    stub.parent.mkdir()
    stub.write_text(AWS_STUB.format(python=sys.executable, log=str(log)))
    stub.chmod(0o755)
    environ = {"PATH": f"{stub.parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    script = EXPORTS["cli"](exported)
    subprocess.run(["sh", "-c", script], env=environ, cwd=tmp_path, check=True)
    return [json.loads(line) for line in log.read_text().splitlines()]


@pytest.fixture
def open_plan(tmp_path: Path) -> Plan:
    """A plan as a scenario compiles it, with code, data, role and account left open."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print('hello')\n")
    return plan(
        TrainingJobName=Text(("demo-", Ref("run"))),
        OutputDataConfig={"S3OutputPath": Text(("s3://", Ref("default-bucket"), "/demo/"))},
        RoleArn=Ref("role"),
        HyperParameters={"code": Text(('"', Ref("code", str(tmp_path / "src")), '"'))},
        Environment={"DATA": Ref("data:train", str(tmp_path / "src"))},
    )


def test_boto3_code_fills_in_what_is_open(fake: FakeAws, tmp_path: Path, open_plan: Plan) -> None:
    objects = s3.add_bucket(fake.world, "sagemaker-us-east-1-111122223333")
    run_python(fake, tmp_path, EXPORTS["boto3"](open_plan))
    (request,) = sent(fake)
    bucket = "s3://sagemaker-us-east-1-111122223333/"
    assert request["OutputDataConfig"]["S3OutputPath"] == f"{bucket}demo/"
    assert request["HyperParameters"]["code"].strip('"').removeprefix(bucket) in objects
    assert request["Environment"]["DATA"].removeprefix(bucket) + "train.py" in objects


def test_shell_code_fills_in_what_is_open(tmp_path: Path, open_plan: Plan) -> None:
    ((_, request),) = run_shell(tmp_path, open_plan)
    bucket = "s3://sagemaker-us-east-1-111122223333/"
    assert request["OutputDataConfig"]["S3OutputPath"] == f"{bucket}demo/"
    assert request["HyperParameters"]["code"].startswith(f'"{bucket}awsml/code/')


def test_an_earlier_answer_is_used_by_a_later_call(fake: FakeAws, tmp_path: Path) -> None:
    tag = {"ResourceArn": Ref("output:CreateTrainingJob.TrainingJobArn"), "Tags": REQUEST["Tags"]}
    both = Plan("training", "demo", (*plan().calls, Call("sagemaker", "AddTags", tag)))
    run_python(fake, tmp_path, EXPORTS["boto3"](both))
    assert sent(fake, "AddTags")[0]["ResourceArn"].endswith("training-job/demo-1")
    shell = run_shell(tmp_path, both)
    assert shell[1][1]["ResourceArn"] == "answer"


def test_the_sdk_has_no_class_for_other_kinds() -> None:
    call = Call("batch", "SubmitJob", {"jobName": "x"})
    with pytest.raises(UsageError, match="none for a batch"):
        EXPORTS["sdk"](Plan("batch", "x", (call,)))


@pytest.mark.parametrize("name", EXPORTS)
def test_what_nobody_knows_is_not_exported(name: str) -> None:
    with pytest.raises(UsageError, match="RoleArn is not known"):
        EXPORTS[name](plan(RoleArn=Unknown("a template's parameter")))
