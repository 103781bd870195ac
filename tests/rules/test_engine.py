"""The engine: places, levels by target and confidence, lazy loading, what is not known."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from awsml.finding import Finding, Level, Place
from awsml.plan import Call, Origin, Plan, Ref, Source, Text, Unknown
from awsml.readers.requests import read_request
from awsml.rules import check, check_each
from awsml.rules.engine import Said, run_rule
from awsml.rules.part import Part, PlanView
from awsml.rules.problem import Problem, Problems
from awsml.rules.rule import Confidence, Rule

TWELVE = {
    "TrainingJobName": "resnet_50",
    "AlgorithmSpecification": {
        "TrainingImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/resnet:7",
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "acc", "Regex": "acc=[0-9.]+"}],
    },
    "RoleArn": "arn:aws:iam::111122223333:role/training",
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "CompressionType": "Gzip",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b-1/train/"}},
        },
        {
            "ChannelName": "labels",
            "InputMode": "FastFile",
            "DataSource": {
                "S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": "s3://b-1/labels.json"}
            },
        },
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://My_Bucket/out"},
    "ResourceConfig": {
        "InstanceType": "ml.g5.2xlarge",
        "InstanceCount": "2",
        "VolumeSizeInGB": 100,
        "VolumeKmsKeyId": "alias/training",
        "KeepAlivePeriodInSeconds": 90000,
    },
    "StoppingCondition": {"MaxRuntimeInSeconds": 5184000, "MaxWaitTimeInSeconds": 6000000},
    "HyperParameters": {"aws_secret_access_key": "wJalrXUtnFEMI0K7MDENGbPxRfiCYEXAMPLEKEY"},
    "Enviroment": {"A": "b"},
}


def plan(params: dict[str, Any], **more: Any) -> Plan:
    call = Call("sagemaker", "CreateTrainingJob", params, more.pop("origins", {}))
    return Plan("request", "x", (call,), **more)


def test_a_request_with_twelve_mistakes_yields_twelve_findings() -> None:
    findings = [f for f in check(plan(TWELVE)).findings if f.level is not Level.ADVICE]
    assert {(finding.slug, finding.request_path) for finding in findings} == {
        ("bad-name", "TrainingJobName"),
        ("metric-regex-invalid", "AlgorithmSpecification.MetricDefinitions[0].Regex"),
        ("compression-needs-pipe", "InputDataConfig[0].CompressionType"),
        ("fastfile-s3-type", "InputDataConfig[1].DataSource.S3DataSource.S3DataType"),
        ("s3-uri", "OutputDataConfig.S3OutputPath"),
        ("wrong-type", "ResourceConfig.InstanceCount"),
        ("volume-kms-local-storage", "ResourceConfig.VolumeKmsKeyId"),
        ("out-of-range", "ResourceConfig.KeepAlivePeriodInSeconds"),
        ("max-runtime-too-long", "StoppingCondition.MaxRuntimeInSeconds"),
        ("max-wait-needs-spot", "StoppingCondition.MaxWaitTimeInSeconds"),
        ("secret-in-plain-text", "HyperParameters.aws_secret_access_key"),
        ("unknown-field", "Enviroment"),
    }
    assert len(findings) == 12


def test_each_of_them_has_a_place_in_the_file() -> None:
    text = json.dumps(TWELVE, indent=2)
    request = read_request("sagemaker:CreateTrainingJob", text, "job.json")
    assert request.plan is not None
    rows = text.splitlines()
    for finding in check(request.plan).findings:
        assert finding.place is not None and finding.request_path is not None
        member = finding.request_path.rpartition(".")[2].partition("[")[0]
        assert member in rows[finding.place.line - 1]


def test_a_finding_speaks_of_the_scenario_where_there_is_one() -> None:
    here = Place("s.yaml", 4, 9, 4, 12)
    origins = {
        "StoppingCondition.MaxWaitTimeInSeconds": Origin(Source.SCENARIO, "spot.max_wait", here),
        "EnableManagedSpotTraining": Origin(Source.FLAG, "spot.enabled", None),
    }
    params = {
        "EnableManagedSpotTraining": False,
        "StoppingCondition": {"MaxWaitTimeInSeconds": 60},
    }
    found = check(plan(params, origins=origins)).findings
    [one] = [f for f in found if f.slug == "max-wait-needs-spot"]
    assert (one.field, one.place) == ("spot.max_wait", here)
    assert one.message == "`spot.max_wait` is only for Spot training, and Spot is off"
    assert one.hint == "remove `spot.max_wait`, or set `spot.enabled` to true"
    assert one.related[0].request_path == "EnableManagedSpotTraining"


def test_a_complaint_about_the_shape_speaks_of_the_scenario_too() -> None:
    origins = {"RoleArn": Origin(Source.SCENARIO, "role", Place("s.yaml", 2, 7))}
    found = check(plan({"RoleArn": "me"}, origins=origins)).findings
    [one] = [f for f in found if f.request_path == "RoleArn"]
    assert one.field == "role" and "`role`" in one.message


def test_what_only_aws_refuses_warns_on_this_machine() -> None:
    at = {target: check(plan(TWELVE), target=target).findings for target in ("aws", "local")}
    levels = {t: {f.slug: f.level for f in findings} for t, findings in at.items()}
    assert levels["aws"]["bad-name"] is Level.ERROR
    assert levels["local"]["bad-name"] is Level.WARNING
    assert levels["local"]["max-wait-needs-spot"] is Level.WARNING
    assert levels["local"]["unknown-field"] is Level.ERROR
    assert levels["local"]["wrong-type"] is Level.ERROR


def test_an_inferred_rule_is_an_error_only_for_the_strict() -> None:
    params = {"InputDataConfig": [{"ChannelName": "a"}, {"ChannelName": "a"}]}
    for strict, level in ((False, Level.WARNING), (True, Level.ERROR)):
        found = check(plan(params), strict=strict).findings
        assert [f.level for f in found if f.slug == "duplicate-channel"] == [level]


def test_hardening_is_for_those_who_ask() -> None:
    def hardening(persona: str | None) -> set[str]:
        found = check(plan(TWELVE), persona=persona).findings
        return {finding.slug for finding in found if finding.persona}

    assert hardening(None) == set()
    assert "no-kms" in hardening("security")


def test_a_vague_complaint_gives_way_to_a_rule_that_knows_more() -> None:
    found = check(plan({"OutputDataConfig": {"S3OutputPath": "s3:///out"}})).findings
    at = [f.slug for f in found if f.request_path == "OutputDataConfig.S3OutputPath"]
    assert at == ["s3-uri"]


def test_values_known_when_the_plan_runs_are_no_matter() -> None:
    params = {
        "RoleArn": Ref("role"),
        "OutputDataConfig": {"S3OutputPath": Text(("s3://", Ref("default-bucket")))},
    }
    outcome = check(plan(params))
    assert not outcome.not_checked
    paths = {finding.request_path for finding in outcome.findings}
    assert not paths & {"RoleArn", "OutputDataConfig.S3OutputPath"}


def test_an_unknown_says_which_rule_could_not_be_decided_and_why() -> None:
    params = {"ResourceConfig": {"InstanceType": Unknown("parameter Type has no default")}}
    skipped = check(plan(params)).not_checked
    assert {"request-shape", "instance-not-for-training", "retired-instance"} <= {
        one.slug for one in skipped
    }
    assert {(one.reason, one.request_path) for one in skipped} == {
        ("parameter Type has no default", "ResourceConfig.InstanceType")
    }


def test_an_operation_of_which_nothing_is_known_is_not_passed_in_silence() -> None:
    outcome = check(Plan("request", "x", (Call("sagemaker", "CreateApp", {}),)))
    assert outcome.findings == []
    assert outcome.not_checked[0].reason.startswith("there is no table of sagemaker:CreateApp")


@pytest.mark.parametrize(
    ("written", "columns"), [('"abcde"', (11, 13)), ("abcde", (10, 12)), ('"abcd\\u0065"', (9, 21))]
)
def test_a_span_narrows_the_place_where_the_text_is_written_plainly(
    written: str, columns: tuple[int, int]
) -> None:
    def spanned(request: Part) -> Problems:
        yield Problem(request["RoleArn"], "wrong", span=(1, 3))

    place = Place("x", 1, 9, 1, 9 + len(written))
    origins = {"RoleArn": Origin(Source.RAW, None, place)}
    [finding] = found_by(spanned, plan({"RoleArn": "abcde"}, origins=origins))
    assert finding.place is not None
    assert (finding.place.column, finding.place.end_column) == columns


def test_a_fix_needs_a_field_of_its_own() -> None:
    def fixing(request: Part) -> Problems:
        yield Problem(request["RoleArn"], "wrong", fix="right")

    origins = {"RoleArn": Origin(Source.SCENARIO, "role", None)}
    assert found_by(fixing, plan({"RoleArn": "x"}))[0].fix is None
    fix = found_by(fixing, plan({"RoleArn": "x"}, origins=origins))[0].fix
    assert fix is not None and (fix.field, fix.value) == ("role", "right")


def test_a_rule_over_the_plan_sees_every_call() -> None:
    def counting(view: PlanView) -> Problems:
        jobs = view.calls("sagemaker:CreateTrainingJob")
        if len(jobs) > 1:
            yield Problem(jobs[1], f"{len(jobs)} jobs")

    call = Call("sagemaker", "CreateTrainingJob", {})
    two = Plan("request", "x", (call, call))
    assert [f.message for f in found_by(counting, two, over_plan=True)] == ["2 jobs"]
    assert found_by(counting, plan({}), over_plan=True) == []


def test_plans_that_share_calls_are_found_the_same_as_one_by_one() -> None:
    shared = Call("sagemaker", "CreateTrainingJob", TWELVE, id="a")
    configs = [
        Call("sagemaker", "CreateEndpointConfig", {"ProductionVariants": [{"VariantName": name}]})
        for name in ("one", "two")
    ]
    target = Call(
        "application-autoscaling",
        "RegisterScalableTarget",
        {"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/e/variant/one"},
    )
    plans = [Plan("template", "x", (shared, config, target)) for config in configs]
    assert check_each(plans) == [check(each) for each in plans]


def test_a_rule_that_looks_at_other_calls_looks_again() -> None:
    asked: list[str] = []

    def counting(job: Part) -> Problems:
        asked.append("alone")
        yield Problem(job, "always")

    def comparing(job: Part) -> Problems:
        asked.append("beside others")
        yield Problem(job, f"one of {len(job.plan.calls('sagemaker:CreateTrainingJob'))}")

    shared = Call("sagemaker", "CreateTrainingJob", {})
    said: Said = {id(shared): {}}
    for checking, messages in (
        (counting, ["always"] * 3),
        (comparing, ["one of 1"] + ["one of 2"] * 2),
    ):
        found: list[str] = []
        for calls in ((shared,), (shared, Call("sagemaker", "CreateTrainingJob", {}))):
            view = PlanView(Plan("template", "x", calls))
            found += [f.message for f in run_rule(rule_for(checking), view, said=said).findings]
        assert found == messages
        said = {id(shared): {}}
    assert asked == ["alone"] * 2 + ["beside others"] * 3


def test_only_the_rules_of_an_api_are_imported() -> None:
    code = (
        "import sys; from awsml.plan import Call, Plan; from awsml.rules import check;"
        "check(Plan('r', 'x', (Call('scheduler', 'CreateSchedule', {}),)));"
        "print('awsml.rules.training.max_wait_needs_spot' in sys.modules,"
        " any(m.split('.')[0] in ('boto3', 'botocore', 'pydantic') for m in sys.modules))"
    )
    python = [sys.executable, "-c", code]
    answer = subprocess.run(python, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False False"


def found_by(check_function: Any, subject: Plan, over_plan: bool = False) -> list[Finding]:
    return run_rule(rule_for(check_function, over_plan), PlanView(subject)).findings


def rule_for(check_function: Any, over_plan: bool = False) -> Rule:
    return Rule(
        slug="a-rule",
        level=Level.ERROR,
        confidence=Confidence.VERIFIED,
        places=(("sagemaker:CreateTrainingJob", ""),),
        source="https://example.com",
        doc="",
        check=check_function,
        over_plan=over_plan,
    )


@pytest.mark.parametrize("key", ["", ".", "a.", "]", "[", "a[x]", "[0]", "a..b"])
def test_a_key_that_reads_like_a_path_is_no_trap(key: str) -> None:
    text = json.dumps({key: 1, "HyperParameters": {key: 2}})
    request = read_request("sagemaker:CreateTrainingJob", text, "job.json")
    assert request.plan is not None
    findings = check(request.plan).findings
    assert {"unknown-field", "wrong-type"} <= {finding.slug for finding in findings}
    assert all(finding.place is not None for finding in findings)
