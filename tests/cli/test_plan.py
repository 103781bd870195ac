"""`awsml plan` shows the request, and who set each value."""

import json
from pathlib import Path

import pytest

from tests.conftest import CommandLine
from tests.contracts import check


@pytest.fixture
def demo(awsml: CommandLine, tmp_path: Path) -> Path:
    awsml("init", "training", "demo")
    return tmp_path / "demo"


def test_the_starter_plans_one_create_training_job(awsml: CommandLine, demo: Path) -> None:
    ran = awsml("plan", "-o", "json", cwd=demo)
    assert ran.code == 0, ran.err
    plan = json.loads(ran.out)
    check("plan", plan)
    assert [call["operation"] for call in plan["calls"]] == ["CreateTrainingJob"]
    channel = plan["calls"][0]["params"]["InputDataConfig"][0]
    assert channel["InputMode"] == "File"
    assert plan["effective"]["input_mode.train"] == {"value": "file", "source": "scenario"}


def test_input_mode_is_a_flag_and_says_so(awsml: CommandLine, demo: Path) -> None:
    plan = json.loads(awsml("plan", "--input-mode", "pipe", "-o", "json", cwd=demo).out)
    assert plan["calls"][0]["params"]["InputDataConfig"][0]["InputMode"] == "Pipe"
    assert plan["calls"][0]["params"]["AlgorithmSpecification"]["TrainingInputMode"] == "Pipe"
    assert plan["effective"]["input_mode.train"] == {"value": "pipe", "source": "flag"}


def test_input_mode_of_one_channel_leaves_the_others(awsml: CommandLine, demo: Path) -> None:
    scenario = demo / "training.yaml"
    scenario.write_text(scenario.read_text().replace("inputs:\n", "inputs:\n  test: s3://b-b/t/\n"))
    ran = awsml("plan", "--input-mode", "test=fastfile", "-o", "json", cwd=demo)
    channels = json.loads(ran.out)["calls"][0]["params"]["InputDataConfig"]
    modes = {channel["ChannelName"]: channel["InputMode"] for channel in channels}
    assert modes == {"test": "FastFile", "train": "File"}


def test_an_unknown_channel_names_those_there_are(awsml: CommandLine, demo: Path) -> None:
    ran = awsml("plan", "--input-mode", "tran=pipe", cwd=demo)
    assert ran.code == 2
    assert "the scenario has train" in ran.err


def test_text_marks_each_value_with_who_set_it(awsml: CommandLine, demo: Path) -> None:
    ran = awsml("plan", "--set", "limits.runtime=2h", "--instance", "ml.c5.xlarge", cwd=demo)
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["MaxRuntimeInSeconds:", "7200", "flag"] in lines
    assert ["InstanceType:", "ml.c5.xlarge", "flag"] in lines
    assert ["InstanceCount:", "1", "scenario"] in lines


def test_without_a_scenario_the_project_has_to_have_just_one(
    awsml: CommandLine, demo: Path
) -> None:
    (demo / "second.yaml").write_text((demo / "training.yaml").read_text())
    ran = awsml("plan", cwd=demo)
    assert ran.code == 2
    assert "second.yaml, training.yaml" in ran.err


def test_mistakes_are_shown_and_nothing_is_planned(awsml: CommandLine, demo: Path) -> None:
    ran = awsml("plan", "--set", "compute.count=many", cwd=demo)
    assert ran.code == 1
    assert "error[wrong-type]" in ran.out
    assert "CreateTrainingJob" not in ran.out


def test_json_is_valid_even_for_an_early_failure(awsml: CommandLine) -> None:
    ran = awsml("plan", "nothing.yaml", "-o", "json")
    assert ran.code == 2
    answer = json.loads(ran.out)
    check("error", answer)
    assert "nothing.yaml" in answer["error"]["message"]


def test_raw_parameters_of_a_call_that_is_not_made_are_an_error(
    awsml: CommandLine, demo: Path
) -> None:
    with (demo / "training.yaml").open("a") as file:
        file.write("aws: {CreateTrainingJobs: {EnableNetworkIsolation: true}}\n")
    findings = json.loads(awsml("plan", "-o", "json", cwd=demo).out)["findings"]
    (found,) = (each for each in findings if each["level"] == "error")
    assert (found["slug"], found["line"], found["column"]) == ("unknown-field", 23, 7)
    assert found["hint"] == "write `aws.CreateTrainingJob`"


def test_what_is_no_scenario_is_sent_to_the_command_that_checks_it(
    awsml: CommandLine, tmp_path: Path
) -> None:
    whole = {"EndpointName": "e-1", "EndpointConfigName": "e-1"}
    (tmp_path / "request.json").write_text(json.dumps(whole))
    (tmp_path / "part.json").write_text(json.dumps({"TrainingJobName": "a"}))
    (tmp_path / "stack.yaml").write_text("Resources:\n  A: {Type: AWS::S3::Bucket}\n")
    for command in (["plan"], ["advise"], ["endpoint", "deploy"]):
        for file, said, hint in (
            ("request.json", "a request of CreateEndpoint", "awsml validate request.json"),
            ("part.json", "JSON as AWS takes it", "awsml validate --request API part.json"),
            ("stack.yaml", "a CloudFormation template", "awsml validate stack.yaml"),
        ):
            ran = awsml(*command, file)
            assert (ran.code, ran.out) == (2, "")
            assert f"error[not-a-scenario]: {file} is {said}" in ran.err
            assert hint in ran.err


def test_a_scenario_in_json_is_a_scenario(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("kind: cluster\nname: lab\n")
    (tmp_path / "lab.json").write_text(json.dumps({"extends": "base.yaml", "name": "other"}))
    assert "not-a-scenario" not in awsml("plan", "lab.json").err


@pytest.mark.parametrize(
    ("kind", "words"),
    [("training", ["train"]), ("batch", ["batch", "submit"]), ("endpoint", ["endpoint", "deploy"])],
)
def test_every_command_that_spends_takes_a_hard_limit(awsml, tmp_path, kind, words):
    awsml("init", kind)
    ran = awsml(*words, "--max-cost", "0.0001", "-y")
    assert ran.code == 1, ran.err
    assert "cost-above-limit" in ran.err and "raise `--max-cost`" in " ".join(ran.err.split())
    assert not (tmp_path / ".awsml/runs.db").exists()


def test_an_option_of_awsml_itself_behind_the_command_is_told_its_place(awsml):
    ran = awsml("plan", "--region", "eu-west-1")
    assert ran.code == 2
    assert "--region stands before the command" in ran.err
    assert "`awsml --region REGION plan …`" in ran.err


def test_a_plan_names_what_would_narrow_its_time(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("", encoding="utf-8")
    (tmp_path / "job.yaml").write_text(
        "kind: training\nname: n\nregion: us-east-1\ncode: {dir: ., entry: train.py}\n"
        'image: {framework: pytorch, version: "2.10"}\ncompute: {instance: ml.g5.xlarge}\n'
        "workload: {compute: 1h}\noutput: s3://acme/m/\n",
        encoding="utf-8",
    )
    assert "to be surer, tell workload.model_size" in awsml("plan", "job.yaml").out
    told = awsml("plan", "job.yaml", "--set", "workload.model_size=2 GB").out
    assert "to be surer" not in told
