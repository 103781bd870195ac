"""The stack of a batch scenario: what it holds, what it must not, and the file that ships.

`AWSML_UPDATE_GOLDEN=1 python -m pytest tests/kinds/test_batch_stack.py` writes the file anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from awsml import api, rules
from awsml.api import Terms
from awsml.cron import faults
from awsml.kinds.batch.compile import STACK_FILE
from awsml.readers.templates.reading import read_template
from awsml.scenario.loader import load
from awsml.scenario.source import SourceText
from tests.kinds.planning import planned, with_lines
from tests.kinds.test_batch import BASE

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "templates" / "batch-gpu-spot.yaml"
SCHEDULED = 'schedule: {days: mon-fri, at: "02:00", timezone: Asia/Seoul}'
FALLBACK = "compute: {instances: [g5, g6], spot: true, fallback: true}"


class Loader(yaml.SafeLoader):
    """Short forms of functions become lists of their name and value."""


def _short(loader, suffix, node):
    build = {
        yaml.ScalarNode: loader.construct_scalar,
        yaml.SequenceNode: lambda n: loader.construct_sequence(n, deep=True),
        yaml.MappingNode: lambda n: loader.construct_mapping(n, deep=True),
    }
    return [suffix, build[type(node)](node)]


Loader.add_multi_constructor("!", _short)


def stack_of(*lines):
    return planned(with_lines(*lines, base=BASE)).plan.files[STACK_FILE]


def parsed(text):
    return yaml.load(text, Loader)


@pytest.fixture
def resources():
    return parsed(stack_of(SCHEDULED, FALLBACK))["Resources"]


def of_type(resources, type_):
    return [r["Properties"] for r in resources.values() if r["Type"] == type_]


def test_environments_are_updated_in_place(resources):
    for environment in of_type(resources, "AWS::Batch::ComputeEnvironment"):
        assert environment["ReplaceComputeEnvironment"] is False
        assert "ServiceRole" not in environment
        assert "ComputeEnvironmentName" not in environment
        machines = environment["ComputeResources"]
        assert machines["MinvCpus"] == 0
        assert machines["UpdateToLatestImageVersion"] is True
        assert machines["AllocationStrategy"] != "BEST_FIT"


def test_spot_comes_first_and_on_demand_second(resources):
    queue = of_type(resources, "AWS::Batch::JobQueue")[0]
    order = [one["ComputeEnvironment"][1] for one in queue["ComputeEnvironmentOrder"]]
    types = [resources[name]["Properties"]["ComputeResources"]["Type"] for name in order]
    assert types == ["SPOT", "EC2"]


def test_a_stuck_queue_is_freed_for_the_exact_reasons(resources):
    queue = of_type(resources, "AWS::Batch::JobQueue")[0]
    actions = queue["JobStateTimeLimitActions"]
    assert {a["Reason"] for a in actions} == {
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    }
    assert all(600 <= a["MaxTimeSeconds"] <= 86_400 and a["Action"] == "CANCEL" for a in actions)


def test_a_schedule_is_never_delivered_twice_and_tells_what_was_not(resources):
    schedule = of_type(resources, "AWS::Scheduler::Schedule")[0]
    assert faults(schedule["ScheduleExpression"]) == []
    assert schedule["ScheduleExpressionTimezone"] == "Asia/Seoul"
    target = schedule["Target"]
    assert target["RetryPolicy"]["MaximumRetryAttempts"] == 0
    assert "DeadLetterConfig" in target
    wanted = json.loads(target["Input"][1])
    assert set(wanted) == {"JobName", "JobQueue", "JobDefinition"}
    assert "<aws.scheduler.execution-id>" in wanted["JobName"]


def test_failed_and_blocked_are_told(resources):
    patterns = [r["EventPattern"] for r in of_type(resources, "AWS::Events::Rule")]
    types = {pattern["detail-type"][0] for pattern in patterns}
    assert types == {"Batch Job State Change", "Batch Job Queue Blocked"}
    policy = of_type(resources, "AWS::SNS::TopicPolicy")[0]["PolicyDocument"]["Statement"]
    events = next(s for s in policy if s["Principal"]["Service"] == "events.amazonaws.com")
    assert "Condition" not in events  # EventBridge supports none there


def test_no_role_may_do_everything(resources):
    statements = [
        statement
        for role in of_type(resources, "AWS::IAM::Role")
        for policy in role.get("Policies", ())
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert statements
    for statement in statements:
        assert "*" not in (statement["Action"], statement["Resource"])


def test_volumes_are_encrypted_and_logs_end(resources):
    data = of_type(resources, "AWS::EC2::LaunchTemplate")[0]["LaunchTemplateData"]
    assert data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}
    assert "RetentionInDays" in of_type(resources, "AWS::Logs::LogGroup")[0]


def test_older_revisions_of_the_definition_stay(resources):
    made = of_type(resources, "AWS::Batch::JobDefinition")[0]
    assert made["ResourceRetentionPolicy"] == {"SkipDeregisterOnUpdate": True}


VARIANTS = [
    [],
    [SCHEDULED, FALLBACK],
    ["compute: {instances: [g5], spot: false, queue: mine}", SCHEDULED],
    [
        "compute: {platform: fargate}",
        "resources: {vcpus: 1, memory: 2 GB}",
        "image: {uri: 'public.ecr.aws/docker/library/python:3.12'}",
    ],
    ["source: {dir: ./src}", "data: s3://acme/clicks/", "notify: ml@example.com"],
]


@pytest.mark.parametrize("lines", VARIANTS, ids=lambda lines: " ".join(lines)[:40] or "plain")
def test_cfn_lint_and_our_own_rules_have_nothing_to_say(lines):
    from cfnlint.api import lint_all

    text = stack_of(*lines)
    told = [match for match in lint_all(text) if match.rule.id[0] in "EW"]
    assert [str(match) for match in told] == []
    reading = read_template(SourceText("stack.yaml", text), region="us-east-1")
    found = [
        finding
        for variant in reading.variants
        for finding in rules.check(variant.plan, target="aws").findings
        if finding.level != "advice"
    ]
    assert [f"{f.slug}: {f.message}" for f in found] == []


def test_the_shipped_template_is_the_one_of_the_worked_scenario(monkeypatch):
    monkeypatch.chdir(ROOT)
    loaded = load("scenarios/weekly-recommender.yaml", environ={})
    text = api.plan(loaded.documents[0], Terms(region="us-east-1")).plan.files[STACK_FILE]
    if os.environ.get("AWSML_UPDATE_GOLDEN"):
        SHIPPED.write_text(text, encoding="utf-8")
    assert SHIPPED.read_text(encoding="utf-8") == text
