"""Batch scenarios: what they compile to, and what is refused with a place and a hint."""

from __future__ import annotations

import pytest

from awsml.kinds.batch.source import wrapper
from awsml.kinds.batch.timetable import Timetable
from awsml.plan import Ref
from tests.kinds.planning import planned, with_lines

BASE = """\
kind: batch
name: recsys
region: us-east-1
image: {framework: tensorflow, version: "2.21"}
source: {git: "https://git.example.com/acme/recsys.git", ref: main}
command: [python, train.py, --days, "Ref::days"]
parameters: {days: "7"}
resources: {gpus: 1, vcpus: 8, memory: 24 GB, shared_memory: 8 GB}
compute: {instances: [g5, g6], spot: true, max_vcpus: 64}
retry: {attempts: 3}
timeout: 6h
workload: {compute: 3h}
"""


def batch(*lines):
    return planned(with_lines(*lines, base=BASE))


def definition(work):
    return work.plan.call("RegisterJobDefinition").params


def errors(work):
    return [f for f in work.report.findings if f.level == "error"]


def test_amounts_are_texts_and_shared_memory_is_mib():
    container = definition(batch())["containerProperties"]
    amounts = {one["type"]: one["value"] for one in container["resourceRequirements"]}
    assert amounts == {"VCPU": "8", "MEMORY": "24576", "GPU": "1"}
    assert container["linuxParameters"]["sharedMemorySize"] == 8192
    assert container["linuxParameters"]["initProcessEnabled"] is True


def test_tensorflow_without_an_ec2_image_takes_the_one_of_sagemaker():
    image = definition(batch())["containerProperties"]["image"]
    assert image.endswith("tensorflow-training:2.21.0-gpu-py312-cu129-amzn2023-sagemaker")
    pytorch = batch('image: {framework: pytorch, version: "2.10"}')
    assert definition(pytorch)["containerProperties"]["image"].endswith("-ec2")


@pytest.mark.parametrize(
    ("image", "meant"),
    [
        ("public.ecr.aws/acme/train:1", "image: {uri: public.ecr.aws/acme/train:1}"),
        ("pytorch:2.10", 'image: {framework: pytorch, version: "2.10"}'),
        ("pytorch", "image: {framework: "),
    ],
)
def test_an_image_that_is_a_text_is_told_as_the_mapping_it_is(image, meant):
    (finding,) = errors(batch(f'image: "{image}"'))
    assert finding.slug == "wrong-type"
    assert meant in (finding.hint or "")


def test_retries_end_with_what_nobody_named():
    retry = definition(batch())["retryStrategy"]
    assert retry["attempts"] == 3
    rules = retry["evaluateOnExit"]
    assert rules[0] == {"onStatusReason": "Host EC2*", "action": "RETRY"}
    assert rules[-1] == {"onReason": "*", "action": "EXIT"}
    assert len(rules) <= 5


def test_fargate_says_in_its_own_words_that_spot_took_the_task():
    work = batch("compute: {platform: fargate}", "resources: {vcpus: 1, memory: 2 GiB}")
    rules = definition(work)["retryStrategy"]["evaluateOnExit"]
    assert rules[0] == {"onStatusReason": "Your Spot Task was interrupted*", "action": "RETRY"}
    assert rules[-1] == {"onReason": "*", "action": "EXIT"}


def test_own_rules_stand_instead_and_get_the_same_end():
    work = batch("retry: {attempts: 2, rules: [{exit_code: 75, action: retry}]}")
    assert definition(work)["retryStrategy"]["evaluateOnExit"] == [
        {"onExitCode": "75", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
    ]


def test_nothing_is_added_after_a_rule_that_ends_everything():
    work = batch("retry: {rules: [{reason: '*', action: exit}, {exit_code: 75, action: retry}]}")
    rules = definition(work)["retryStrategy"]
    assert len(rules["evaluateOnExit"]) == 2
    assert rules["attempts"] == 3  # what Spot takes back ends the job, whatever is set


def test_the_command_travels_behind_the_wrapper_word_by_word():
    command = definition(batch())["containerProperties"]["command"]
    assert command[:2] == ["sh", "-c"]
    assert command[4:] == ["python", "train.py", "--days", "Ref::days"]
    assert len(wrapper()) < 8192 - 1024  # what SubmitJob may override is 8 KiB


def test_the_commit_is_known_when_the_job_is_submitted():
    submit = batch().plan.call("SubmitJob").params
    variables = {v["name"]: v["value"] for v in submit["containerOverrides"]["environment"]}
    assert variables == {"AWSML_SOURCE_COMMIT": Ref("commit")}
    assert submit["jobDefinition"] == Ref("output:RegisterJobDefinition.jobDefinitionArn")


def test_a_secret_goes_by_reference():
    arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:git-AbCdEf"
    work = batch(f'source: {{git: "https://h/x.git", secret: "{arn}"}}')
    container = definition(work)["containerProperties"]
    assert container["secrets"] == [{"name": "AWSML_SOURCE_TOKEN", "valueFrom": arn}]
    assert "executionRoleArn" in container


def test_steps_are_submitted_after_what_they_wait_for():
    work = batch(
        "command: []",
        "steps:",
        "  train: {command: [t], depends_on: [prepare], array: 4}",
        "  prepare: {command: [p]}",
    )
    calls = work.plan.calls[1:]
    assert [call.id for call in calls] == ["prepare", "train"]
    assert calls[1].params["dependsOn"] == [{"jobId": Ref("output:SubmitJob/prepare.jobId")}]
    assert calls[1].params["arrayProperties"] == {"size": 4}


STEPS = "command: []\nsteps: "
REFUSED = [
    (["compute: {platform: fargate}"], "compute.platform", "Fargate has no GPUs"),
    (
        [
            "retry: {rules: ["
            + ", ".join(f"{{exit_code: {n}, action: retry}}" for n in range(6))
            + "]}"
        ],
        "retry.rules",
        "6 retry rules",
    ),
    (["retry: {attempts: 11}"], "retry.attempts", "1 to 10"),
    (["timeout: 30s"], "timeout", "60 s or more"),
    (['schedule: {cron: "0 2 * * 1-5"}'], "schedule.cron", "5 fields"),
    (["schedule: {days: mon-fry}"], "schedule.days", "no day of the week"),
    (['schedule: {days: mon-fri, at: "25:00"}'], "schedule.at", "no time of day"),
    (["schedule: {days: mon-fri, timezone: Mars/X}"], "schedule.timezone", "no time zone"),
    (["resources: {gpus: 1, vcpus: 8, memory: 2 TB}"], "resources.memory", "waits in RUNNABLE"),
    (["resources: {gpus: 16, vcpus: 8}"], "resources.gpus", "the most is 8"),
    (["compute: {instances: [g55]}"], "compute.instances", "no instance family"),
    (["array: 1"], "array", ""),
    (["array: 20000"], "array", ""),
    (["source: {ref: main}"], "source", "exactly one of"),
    (["depends_on: [nothing]"], "depends_on[0]", "no step"),
    (
        [
            "command: []",
            "steps:",
            "  a: {command: [x], depends_on: [b]}",
            "  b: {command: [x], depends_on: [c]}",
            "  c: {command: [x], depends_on: [a]}",
        ],
        "steps.a.depends_on",
        "in a circle: a -> b -> c -> a",
    ),
    (
        [
            "command: []",
            "steps:",
            "  a: {command: [x], array: 3}",
            "  b: {command: [x], array: 4, depends_on: [{step: a, type: n-to-n}]}",
        ],
        "steps.b.depends_on[0]",
        "arrays of one size",
    ),
]


@pytest.mark.parametrize(("lines", "field", "words"), REFUSED, ids=lambda v: str(v)[:40])
def test_bad_input_is_refused_with_place_and_hint(lines, field, words):
    found = [f for f in errors(batch(*lines)) if words in f.message]
    assert found, [f.message for f in errors(batch(*lines))]
    assert found[0].field == field
    assert found[0].place is not None and found[0].hint


@pytest.mark.parametrize(
    ("fields", "expression"),
    [
        ({"days": "mon-fri", "at": "02:00"}, "cron(0 2 ? * MON-FRI *)"),
        ({"days": "mon,wed", "at": "9:05"}, "cron(5 9 ? * MON,WED *)"),
        ({"days": "sat-mon"}, "cron(0 0 ? * SUN,MON,SAT *)"),
        ({"weekly": "monday", "at": "02:00"}, "cron(0 2 ? * MON *)"),
        ({"cron": "0 2 ? * 2-6 *"}, "cron(0 2 ? * 2-6 *)"),
        ({"cron": "rate(7 days)"}, "rate(7 days)"),
    ],
)
def test_a_timetable_is_an_expression(fields, expression):
    assert Timetable(**fields).expression == expression


@pytest.mark.parametrize(
    ("start", "deadline", "hours"),
    [("mon", "fri 18:00", 4 * 24 + 16), ("mon", "fri", 5 * 24 - 2), ("fri", "mon 02:00", 3 * 24)],
)
def test_a_window_runs_to_its_deadline_over_the_end_of_the_week(start, deadline, hours):
    table = Timetable(weekly=start, at="02:00", finish_by=deadline)
    assert table.window_seconds == hours * 3600
