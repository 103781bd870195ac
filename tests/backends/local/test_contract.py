"""What a job finds in its container, and what becomes of what it leaves there."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest

from awsml.errors import BackendError
from tests.backends.local.conftest import Workshop, channel, shell

TWO_HOSTS = {"InstanceType": "ml.m5.large", "InstanceCount": 2}


def members(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        files = {m.name: tar.extractfile(m) for m in tar.getmembers() if m.isfile()}
        return {name: file.read() for name, file in files.items() if file}


def test_config_files_are_what_sagemaker_writes(workshop: Workshop) -> None:
    workshop.put("s3://data/train/a.csv", b"1")
    workshop.put("s3://data/fast/a.csv", b"1")
    done = workshop.run(
        workshop.command(
            "true",
            HyperParameters={"lr": "0.1", "epochs": "3"},
            InputDataConfig=[
                channel("train", "s3://data/train/", ContentType="text/csv"),
                channel("fast", "s3://data/fast/", "FastFile"),
                channel(
                    "stream",
                    "s3://data/train/",
                    "Pipe",
                    RecordWrapperType="RecordIO",
                    source={"S3DataDistributionType": "ShardedByS3Key"},
                ),
            ],
            ResourceConfig=TWO_HOSTS,
        )
    )
    config = done.tree("algo-2") / "input" / "config"
    assert json.loads((config / "hyperparameters.json").read_text()) == {"lr": "0.1", "epochs": "3"}
    file = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated"}
    assert json.loads((config / "inputdataconfig.json").read_text()) == {
        "train": {**file, "RecordWrapperType": "None", "ContentType": "text/csv"},
        "fast": {**file, "RecordWrapperType": "None"},
        "stream": {
            "TrainingInputMode": "Pipe",
            "S3DistributionType": "ShardedByS3Key",
            "RecordWrapperType": "RecordIO",
        },
    }
    assert json.loads((config / "resourceconfig.json").read_text()) == {
        "current_host": "algo-2",
        "current_instance_type": "ml.m5.large",
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1", "algo-2"],
        "instance_groups": [
            {
                "instance_group_name": "homogeneousCluster",
                "instance_type": "ml.m5.large",
                "hosts": ["algo-1", "algo-2"],
            }
        ],
        "network_interface_name": "lo",
    }


def test_the_entry_point_is_pid_1_of_a_host_with_its_own_name(workshop: Workshop) -> None:
    look = "echo $$ $(hostname) $(id -u); getent hosts algo-1 algo-2; pwd; ls /opt/ml"
    done = workshop.run(workshop.command(*shell(look), ResourceConfig=TWO_HOSTS))
    lines = [" ".join(line.split()) for line in done.printed]
    assert {"1 algo-1 0", "1 algo-2 0"} <= set(lines)
    assert {"127.0.0.1 algo-1", "127.0.0.2 algo-2", "/opt/ml"} <= set(lines)
    assert {"checkpoints", "code", "input", "model", "output"} <= set(lines)


def test_instance_groups_have_their_own_hosts_and_channels(workshop: Workshop) -> None:
    workshop.put("s3://data/a/x", b"1")
    groups = [
        {"InstanceGroupName": "cpu", "InstanceType": "ml.m5.large", "InstanceCount": 1},
        {"InstanceGroupName": "gpu", "InstanceType": "ml.g5.xlarge", "InstanceCount": 2},
    ]
    only_gpu = channel("images", "s3://data/a/", source={"InstanceGroupNames": ["gpu"]})
    done = workshop.run(
        workshop.command(
            "true", ResourceConfig={"InstanceGroups": groups}, InputDataConfig=[only_gpu]
        )
    )
    config = json.loads((done.tree("algo-3") / "input/config/resourceconfig.json").read_text())
    assert (config["current_group_name"], config["current_instance_type"]) == (
        "gpu",
        "ml.g5.xlarge",
    )
    assert [group["hosts"] for group in config["instance_groups"]] == [
        ["algo-1"],
        ["algo-2", "algo-3"],
    ]
    assert not (done.tree("algo-1") / "input/data/images").exists()
    assert (done.tree("algo-2") / "input/data/images/x").read_bytes() == b"1"


SCRIPT_THAT_TELLS = """
    import json, os, sys
    print(json.dumps({"argv": sys.argv, "cwd": os.getcwd(), "env": dict(os.environ)}))
"""


def told(workshop: Workshop, **changes: Any) -> dict[str, Any]:
    (line,) = workshop.run(workshop.request(SCRIPT_THAT_TELLS, **changes)).printed
    answer: dict[str, Any] = json.loads(line)
    return answer


def test_script_mode_passes_hyperparameters_as_the_toolkit_does(workshop: Workshop) -> None:
    values = {
        "lr": "0.01",
        "flag": "true",
        "name": '"abc"',
        "plain": "word",
        "layers": "[1, 2]",
        "k": "5",
        "_tuning_objective_metric": '"loss"',
    }
    answer = told(workshop, HyperParameters=values)
    assert answer["argv"] == [
        *("train.py", "--flag", "True", "-k", "5", "--layers", "[1, 2]", "--lr", "0.01"),
        *("--name", "abc", "--plain", "word"),
    ]
    assert answer["cwd"] == "/opt/ml/code"
    env = answer["env"]
    assert env["SM_HP_FLAG"] == "true"
    assert env["SM_HP_LAYERS"] == "[1,2]"
    assert json.loads(env["SM_HPS"])["plain"] == "word"
    assert json.loads(env["SM_USER_ARGS"]) == answer["argv"][1:]


def test_script_mode_has_the_usual_variables(workshop: Workshop) -> None:
    workshop.put("s3://data/train/a", b"1")
    env = told(workshop, InputDataConfig=[channel("train", "s3://data/train/")])["env"]
    expected = {
        "SM_MODEL_DIR": "/opt/ml/model",
        "SM_OUTPUT_DATA_DIR": "/opt/ml/output/data",
        "SM_CHANNEL_TRAIN": "/opt/ml/input/data/train",
        "SM_CHANNELS": '["train"]',
        "SM_HOSTS": '["algo-1"]',
        "SM_CURRENT_HOST": "algo-1",
        "SM_USER_ENTRY_POINT": "train.py",
        "SM_MODULE_NAME": "train",
        "TRAINING_JOB_NAME": "job-1",
        "PYTHONPATH": "/opt/ml/code",
    }
    assert {name: env.get(name) for name in expected} == expected
    assert env["TRAINING_JOB_ARN"].endswith(":training-job/job-1")


def test_nothing_of_the_users_shell_reaches_the_job(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    env = told(workshop, Environment={"STAGE": "test"})["env"]
    assert "AWS_PROFILE" not in env
    assert "GITHUB_TOKEN" not in env
    assert env["AWS_SECRET_ACCESS_KEY"] == "awsml"
    assert env["STAGE"] == "test"


def test_models_of_all_hosts_become_one_archive(workshop: Workshop) -> None:
    save = "mkdir model/sub; hostname > model/sub/$(hostname); echo o > output/data/o"
    done = workshop.run(workshop.command(*shell(save), ResourceConfig=TWO_HOSTS))
    base = "s3://results/out/job-1/output"
    assert done.end.figures["artifacts"] == {
        "model": f"{base}/model.tar.gz",
        "output": f"{base}/output.tar.gz",
    }
    assert members(workshop.got(f"{base}/model.tar.gz")) == {
        "sub/algo-1": b"algo-1\n",
        "sub/algo-2": b"algo-2\n",
    }
    assert members(workshop.got(f"{base}/output.tar.gz")) == {"o": b"o\n"}


def test_uncompressed_artifacts_are_objects_of_their_own(workshop: Workshop) -> None:
    output = {"S3OutputPath": "s3://results/out", "CompressionType": "NONE"}
    workshop.run(workshop.command(*shell("echo w > /opt/ml/model/w"), OutputDataConfig=output))
    assert workshop.got("s3://results/out/job-1/output/model/w") == b"w\n"


def test_a_script_that_exits_7_fails_with_its_words(workshop: Workshop) -> None:
    script = """
        import sys
        print("half", file=open("/opt/ml/model/m", "w"))
        print("no data", file=sys.stderr)
        sys.exit(7)
    """
    done = workshop.run(workshop.request(script))
    assert (done.end.status, done.run.status) == ("Failed", "Failed")
    assert done.end.reason is not None
    assert done.end.reason.startswith("AlgorithmError: ExecuteUserScriptError:\nExitCode 7")
    assert "no data" in done.end.reason
    assert done.end.reason.endswith("exit code: 1"), "the toolkit answers 1 for every failure"
    assert members(workshop.got("s3://results/out/job-1/output/model.tar.gz")) == {"m": b"half\n"}


def test_an_own_entry_points_code_is_the_exit_code(workshop: Workshop) -> None:
    done = workshop.run(workshop.command(*shell("echo broken > /opt/ml/output/failure; exit 7")))
    assert done.end.reason == "AlgorithmError: broken, exit code: 7"
    assert done.end.figures["exit_codes"] == {"algo-1": 7}


def test_a_failure_reason_has_at_most_1024_characters(workshop: Workshop) -> None:
    fail = "head -c 5000 /dev/zero | tr '\\0' x > /opt/ml/output/failure; exit 1"
    reason = workshop.run(workshop.command(*shell(fail))).end.reason
    assert reason is not None
    assert len(reason) == 1024
    assert reason.endswith("xxx, exit code: 1")


def test_a_host_that_fails_ends_the_job(workshop: Workshop) -> None:
    do = '[ "$(hostname)" = algo-2 ] && exit 3; sleep 60'
    done = workshop.run(workshop.command(*shell(do), ResourceConfig=TWO_HOSTS))
    assert done.end.status == "Failed"
    assert done.end.reason == "AlgorithmError: , exit code: 3 on algo-2"


def test_metrics_are_read_from_the_log(workshop: Workshop) -> None:
    params = workshop.command(*shell("echo loss=0.5 acc=1e-1; echo loss=nan; echo loss=0.25"))
    params["AlgorithmSpecification"]["MetricDefinitions"] = [
        {"Name": "loss", "Regex": r"loss=([0-9.]+|nan)"},
        {"Name": "acc", "Regex": r"acc=(\S+)"},
    ]
    done = workshop.run(params)
    points = [(e.name, e.value) for e in done.events if type(e).__name__ == "MetricPoint"]
    assert points == [("loss", 0.5), ("acc", 0.1), ("loss", 0.25)]


def test_a_metric_regex_that_is_none_is_refused(workshop: Workshop) -> None:
    params = workshop.command("true")
    params["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "loss", "Regex": "loss=("}]
    with pytest.raises(BackendError, match="metric `loss` is no regular expression"):
        workshop.run(params)


def test_an_isolated_job_reaches_no_network(workshop: Workshop) -> None:
    connect = "import socket; socket.create_connection(('127.0.0.1', {port}), 1)"
    with __import__("socket").create_server(("127.0.0.1", 0)) as server:
        command = ["python3", "-c", connect.format(port=server.getsockname()[1])]
        assert workshop.run(workshop.command(*command)).end.status == "Completed"
        isolated = workshop.command(*command, EnableNetworkIsolation=True)
        assert workshop.run(isolated).end.status == "Failed"


def test_scripts_reach_the_object_store_with_boto3(workshop: Workshop) -> None:
    workshop.put("s3://data/a/x", b"hello")
    script = """
        import boto3
        s3 = boto3.client("s3")
        print(s3.get_object(Bucket="data", Key="a/x")["Body"].read().decode())
        s3.put_object(Bucket="data", Key="b", Body=b"from the job")
    """
    done = workshop.run(workshop.request(script))
    assert done.printed == ["hello"], done.end.reason
    assert workshop.got("s3://data/b") == b"from the job"


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("missing.py", "there is no `missing.py` in the code folder"),
        ("../train.py", "cannot be an entry point"),
        ("-c", "cannot be an entry point"),
    ],
)
def test_an_entry_point_that_is_not_there_is_said(
    workshop: Workshop, program: str, message: str
) -> None:
    params = workshop.request("pass")
    params["HyperParameters"]["sagemaker_program"] = json.dumps(program)
    with pytest.raises(BackendError, match=message):
        workshop.run(params)
    assert type(workshop.events[-1]).__name__ == "Finished"


def test_a_command_that_is_not_there_is_said(workshop: Workshop) -> None:
    with pytest.raises(BackendError, match="cannot be started: no-such-program"):
        workshop.run(workshop.command("no-such-program"))


def test_an_image_without_a_program_is_refused(workshop: Workshop) -> None:
    with pytest.raises(BackendError, match="cannot run here"):
        workshop.run(workshop.command())


def test_shell_entry_points_are_started_by_a_shell(workshop: Workshop) -> None:
    params = workshop.request("", HyperParameters={"lr": "1"})
    workshop.code("", run__sh='#!/bin/sh\necho "shell $@"\n')
    params["HyperParameters"]["sagemaker_program"] = '"run.sh"'
    assert workshop.run(params).printed == ["shell --lr 1"]
