"""The stack of an endpoint: derived from the plan, checked by cfn-lint, and the file that ships.

`AWSML_UPDATE_GOLDEN=1 python -m pytest tests/kinds/test_endpoint_stack.py` writes the file anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import CommandLine

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "templates" / "endpoint-autoscaling.yaml"
UPDATE = bool(os.environ.get("AWSML_UPDATE_GOLDEN"))  # the fixture clears the environment
LINT = str(Path(sys.executable).with_name("cfn-lint"))
SCENARIO = ROOT / "scenarios" / "endpoint-autoscaling.yaml"


class Loader(yaml.SafeLoader):
    """Short forms of functions become lists of their name and value."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: [suffix, node.value])


@pytest.fixture
def text(awsml: CommandLine) -> str:
    ran = awsml("export", str(SCENARIO), "-o", "cfn")
    assert ran.code == 0, ran.err
    return ran.out


@pytest.fixture
def stack(text: str) -> Any:
    return yaml.load(text, Loader=Loader)


def test_the_shipped_template_is_the_export_of_the_scenario(text: str) -> None:
    if UPDATE:
        SHIPPED.write_text(text, encoding="utf-8")
    assert text == SHIPPED.read_text(encoding="utf-8")


WHOLE = """
kind: endpoint
name: flowers
region: us-east-1
model:
  data: ./model
  image: {framework: sklearn, version: "1.2-1"}
  code: {dir: ., entry: inference.py}
compute: {instance: ml.m6i.large}
network: {subnets: [subnet-1a2b3c4d], security_groups: [sg-1a2b3c4d]}
autoscaling: {min: 1, max: 3, target: 500}
ttl: 8h
"""


@pytest.fixture
def whole(awsml: CommandLine, tmp_path: Path) -> str:
    """A stack of everything that the kind knows, exported with what AWS would warn of."""
    (tmp_path / "model").mkdir()
    (tmp_path / "inference.py").write_text("def model_fn(folder): ...\n")
    (tmp_path / "whole.yaml").write_text(WHOLE)
    ran = awsml("export", "whole.yaml", "-o", "cfn")
    assert ran.code == 0, ran.err
    return ran.out


def test_cfn_lint_finds_nothing(text: str, whole: str, tmp_path: Path) -> None:
    files = [tmp_path / "stack.yaml", tmp_path / "all.yaml"]
    for file, content in zip(files, (text, whole), strict=True):
        file.write_text(content, encoding="utf-8")
    command = [LINT, *map(str, files), "--regions", "us-east-1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_awsml_finds_nothing_either(awsml: CommandLine, whole: str, tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(whole)
    ran = awsml("validate", str(SHIPPED), "all.yaml", "-o", "json", "--fail-on", "warning")
    assert ran.code == 0, ran.out


def test_what_only_a_deployment_knows_is_a_parameter(whole: str) -> None:
    assert "\u2039" not in whole  # how a plan prints what is known later
    stack = yaml.load(whole, Loader=Loader)
    untold = {name for name, one in stack["Parameters"].items() if "Default" not in one}
    assert untold == {"ModelDataUrl", "SourceUrl", "EndsAt"}
    assert "ModelDataUrl=... SourceUrl=... EndsAt=..." in whole


def test_a_time_to_live_deletes_this_endpoint_once(whole: str) -> None:
    resources = yaml.load(whole, Loader=Loader)["Resources"]
    ending = resources["Ending"]["Properties"]
    assert ending["ScheduleExpression"] == ["Sub", "at(${EndsAt})"]
    assert ending["Target"]["Input"] == ["Sub", '{"EndpointName": "${Endpoint.EndpointName}"}']
    policy = resources["EndingRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    (allowed,) = policy["Statement"]
    assert (allowed["Action"], allowed["Resource"]) == (
        "sagemaker:DeleteEndpoint",
        ["Ref", "Endpoint"],
    )


def evaluated(value: Any, image: str) -> Any:
    """Fn::Select and Fn::Split as CloudFormation carries them out."""
    if value == ["Ref", "Image"]:
        return image
    if isinstance(value, dict) and "Fn::Split" in value:
        separator, text = value["Fn::Split"]
        return evaluated(text, image).split(separator)
    if isinstance(value, dict) and "Fn::Select" in value:
        number, parts = value["Fn::Select"]
        return evaluated(parts, image)[number]
    return value


HOST = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize("rest", ["detector:1.4", "a/b/detector:1.4", "detector@sha256:00ff"])
def test_only_the_images_own_repository_can_be_pulled(stack: Any, rest: str) -> None:
    policy = stack["Resources"]["ExecutionRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    (pull,) = [s for s in policy["Statement"] if "ecr:BatchGetImage" in s["Action"]]
    text, parts = pull["Resource"]["Fn::Sub"]
    for name, value in parts.items():
        text = text.replace(f"${{{name}}}", evaluated(value, f"{HOST}/{rest}"))
    name = rest.partition(":")[0].partition("@")[0]
    assert text == f"arn:${{AWS::Partition}}:ecr:eu-west-1:111122223333:repository/{name}"


def test_nothing_has_a_fixed_name(stack: Any) -> None:
    for resource in stack["Resources"].values():
        named = {"ModelName", "EndpointName", "EndpointConfigName", "RoleName", "AlarmName"}
        for key in named & resource["Properties"].keys():
            assert resource["Properties"][key][0] == "GetAtt"


def test_metrics_are_looked_for_where_they_are_published(stack: Any) -> None:
    alarms = [
        resource["Properties"]
        for resource in stack["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]
    places = {alarm["MetricName"]: alarm["Namespace"] for alarm in alarms}
    assert places == {
        "Invocation5XXErrors": "AWS/SageMaker",
        "CPUUtilization": "/aws/sagemaker/Endpoints",
    }


def test_the_role_reads_one_object_and_no_more(stack: Any) -> None:
    policy = stack["Resources"]["ExecutionRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    actions = [statement["Action"] for statement in policy["Statement"]]
    flat = [one for action in actions for one in ([action] if isinstance(action, str) else action)]
    assert not [action for action in flat if action.endswith("*")]
    open_ones = [s["Action"] for s in policy["Statement"] if s["Resource"] == "*"]
    assert open_ones == ["cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"]


def test_values_are_the_plans_own(stack: Any) -> None:
    assert stack["Parameters"]["TargetValue"]["Default"] == pytest.approx(0.5 * 60 * 130)
    assert stack["Parameters"]["MaxCapacity"]["Default"] == 6


def test_a_training_job_has_no_template(awsml: CommandLine) -> None:
    ran = awsml("export", str(ROOT / "scenarios" / "pipe-mode.yaml"), "-o", "cfn")
    assert ran.code == 2
    assert "no CloudFormation template" in ran.err


TTL = "ttl={after: 8h, role: 'arn:aws:iam::111122223333:role/s'}"


def test_exported_code_waits_before_it_scales(awsml: CommandLine) -> None:
    words = ("export", str(SCENARIO), "--set", TTL, "--set", "model.data=./m.tar.gz")
    python = awsml(*words, "-o", "boto3").out
    compile(python, "submit.py", "exec")
    assert python.index("endpoint_in_service") < python.index("register_scalable_target")
    assert "in_28800 = time.strftime" in python
    shell = awsml(*words, "-o", "cli").out
    assert shell.index("wait endpoint-in-service") < shell.index("register-scalable-target")
    assert "IN_28800=$(date" in shell
