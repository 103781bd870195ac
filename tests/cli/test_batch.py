"""`awsml batch` as people type it: the starter, reclaims, git, resuming, schedules."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from awsml.store.runs import RunStore
from tests.contracts import check_text

GIT = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}
AWSML = "from awsml.cli.main import main; main()"
SCENARIO = """\
kind: batch
name: job
image: {uri: "example.com/image@sha256:0123"}
compute: {instances: [c7i]}
"""


def git(folder: Path, *words: str) -> str:
    answer = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **GIT}, check=True, capture_output=True
    )
    return answer.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "a repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "train.py").write_text("import sys; print('version 1', sys.argv[1:])\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    return folder


def test_the_starter_runs_as_it_stands(awsml):
    assert awsml("init", "batch").code == 0
    plan = check_text("plan", awsml("plan", "-o", "json").out)
    assert plan["retry"]["p_finish"] > 0.99
    ran = awsml("batch", "submit")
    assert ran.code == 0, ran.err
    assert "epoch 20/20" in ran.err


def test_a_reclaim_half_way_works_on_the_very_first_run(awsml):
    awsml("init", "batch")
    ran = awsml("batch", "submit", "--interrupt", "50%", "-o", "json")
    assert ran.code == 0, ran.err
    run = json.loads(ran.out)["run"]
    assert run["figures"]["attempts"] == 2
    assert run["figures"]["reclaims"] == 1
    assert "attempt 2, from epoch 10" in ran.err


def test_the_log_of_one_child_of_an_array(awsml, tmp_path):
    text = "array: 4\ncommand: [sh, -c, 'echo I am $AWS_BATCH_JOB_ARRAY_INDEX']\n"
    (tmp_path / "job.yaml").write_text(SCENARIO + text)
    assert awsml("batch", "submit").code == 0
    assert awsml("logs", "--child", "2").out == "I am 2\n"
    assert sorted(awsml("logs").out.splitlines()) == [f"job:{n}  I am {n}" for n in range(4)]


def test_why_knows_a_failure(awsml, tmp_path):
    (tmp_path / "job.yaml").write_text(SCENARIO + "command: [/no/such]\n")
    assert awsml("batch", "submit").code == 1
    assert "does not hold the command" in awsml("why").out


def test_a_job_runs_the_commit_that_its_ref_is_now(awsml, tmp_path, repository):
    text = f'source: {{git: "{repository}", ref: main}}\ncommand: [python3, train.py, "a b"]\n'
    (tmp_path / "job.yaml").write_text(SCENARIO + text)
    ran = awsml("batch", "submit")
    assert ran.code == 0, ran.err
    assert "version 1 ['a b']" in ran.err
    assert git(repository, "rev-parse", "HEAD") in ran.err
    run = json.loads(awsml("status", "-o", "json").out)["run"]
    submit = next(c for c in run["requests"] if c["operation"] == "SubmitJob")
    variables = submit["params"]["containerOverrides"]["environment"]
    assert variables[0]["value"] == git(repository, "rev-parse", "HEAD")


def test_an_older_commit_is_found_though_no_branch_points_at_it(awsml, tmp_path, repository):
    first = git(repository, "rev-parse", "HEAD")
    (repository / "train.py").write_text("print('version 2')\n")
    git(repository, "commit", "-q", "-am", "two")
    text = f'source: {{git: "{repository}", ref: {first}}}\ncommand: [python3, train.py]\n'
    (tmp_path / "job.yaml").write_text(SCENARIO + text)
    assert "version 1" in awsml("batch", "submit").err


def test_a_ref_that_is_not_there_is_refused_before_anything_runs(awsml, tmp_path, repository):
    text = f'source: {{git: "{repository}", ref: mian}}\ncommand: [python3, train.py]\n'
    (tmp_path / "job.yaml").write_text(SCENARIO + text)
    ran = awsml("batch", "submit")
    assert ran.code == 2
    assert "git-ref-missing" in ran.err and "main" in ran.err
    assert "--> job.yaml:5:" in ran.err
    assert not (tmp_path / ".awsml" / "runs.db").exists()


RULE = '{status: "Host EC2*", action: retry}'
STEPS = "{a: {command: [x], depends_on: [b]}, b: {command: [x], depends_on: [a]}}"


@pytest.mark.parametrize(
    ("text", "slug", "place", "hint"),
    [
        ("resources: {gpus: 1}\ncompute: {platform: fargate}", "conflicting-fields", "6:", "g5"),
        (f"retry: {{rules: [{', '.join([RULE] * 6)}]}}", "bad-value", "5:", "join rules"),
        ("retry: {attempts: 11}", "bad-value", "5:19", "attempts: 10"),
        ("timeout: 30s", "bad-value", "5:10", "timeout: 60s"),
        ('schedule: {cron: "0 2 * * 1-5"}', "bad-schedule", "5:18", "cron(0 2 ? * MON-FRI *)"),
        (
            "compute: {instances: [c7i], max_vcpus: 1}\nresources: {vcpus: 2}",
            "no-type-fits",
            "5:40",
            "max_vcpus: 2`",
        ),
        ("compute: {instances: [p3]}\nresources: {gpus: 1}", "no-type-fits", "5:22", "g5, g6"),
        ("resources: {memory: 4 TB}", "no-type-fits", "5:21", "write `memory:"),
        (f"steps: {STEPS}", "dependency-cycle", "5:", "steps.a.depends_on"),
    ],
)
def test_what_aws_batch_refuses_is_refused_with_place_and_hint(
    awsml, tmp_path, text, slug, place, hint
):
    own = [line.split(":")[0] for line in text.splitlines()]
    base = [line for line in SCENARIO.splitlines() if line.split(":")[0] not in own]
    base += ["environment: {}"] * (4 - len(base))  # so that every text begins in line 5
    command = "" if "steps" in own else "\ncommand: [x]"
    (tmp_path / "job.yaml").write_text("\n".join(base) + f"\n{text}{command}\n")
    ran = awsml("batch", "submit", "-o", "json")
    assert ran.code == 1
    errors = [f for f in json.loads(ran.out)["findings"] if f["level"] == "error"]
    assert [error["slug"] for error in errors] == [slug]
    assert f"{errors[0]['line']}:{errors[0]['column']}".startswith(place)
    assert hint in errors[0]["hint"]
    assert not (tmp_path / ".awsml" / "runs.db").exists()


def test_rules_look_at_the_stack_of_a_scenario_as_well(awsml, tmp_path):
    text = SCENARIO.replace("c7i", "p3, g6") + "resources: {gpus: 1}\ncommand: [x]\ntimeout: 1h\n"
    (tmp_path / "job.yaml").write_text(text)
    plan = check_text("plan", awsml("plan", "-o", "json").out)
    assert ("gpu-image-unsupported", 4) in [(f["slug"], f["line"]) for f in plan["findings"]]
    assert awsml("batch", "submit", "--on", "aws", "-y").code == 1
    assert "AWS::Batch::ComputeEnvironment" in plan["stack"]["template"]


def test_what_a_stack_lacks_is_said_in_the_words_and_at_the_place_of_the_scenario(awsml, tmp_path):
    text = SCENARIO.replace("c7i", "g5") + "resources: {vcpus: 2}\ncommand: [x]\ntimeout: 1h\n"
    (tmp_path / "job.yaml").write_text(text)
    found = json.loads(awsml("validate", "job.yaml", "-o", "json").out)["findings"]
    (one,) = [f for f in found if f["slug"] == "gpu-not-requested"]
    assert (one["file"], one["line"]) == ("job.yaml", 5)
    assert "`gpus: 1` under `resources`" in one["hint"]
    assert not [related for related in one["related"] if related["file"]]


def test_a_schedule_of_a_scenario_that_is_wrong_is_refused(awsml, tmp_path):
    (tmp_path / "job.yaml").write_text(SCENARIO + "command: [x]\ntimeout: 30s\n")
    ran = awsml("batch", "schedule", "-o", "json")
    assert ran.code == 1 and "job.yaml:6:10" in ran.err
    assert json.loads(ran.out)["findings"]


def test_next_runs_are_shown_in_both_times(awsml, tmp_path):
    text = 'command: [x]\nschedule: {days: mon-fri, at: "02:00", timezone: Asia/Seoul}\n'
    (tmp_path / "job.yaml").write_text(SCENARIO + text)
    ran = awsml("batch", "schedule", "--after", "2027-01-01T00:00+09:00")
    assert "Fri 2027-01-01 02:00 +0900  Thu 2026-12-31 17:00 UTC" in ran.out
    printed = json.loads(awsml("batch", "schedule", "-o", "json").out)
    assert len(printed["schedule"]["next"]) == 5


def test_a_scenario_without_a_schedule_says_what_to_write(awsml, tmp_path):
    (tmp_path / "job.yaml").write_text(SCENARIO + "command: [x]\n")
    ran = awsml("batch", "schedule")
    assert ran.code == 2 and "schedule:" in ran.err


def test_deploying_dry_prints_the_template_and_asks_nothing(awsml, tmp_path):
    (tmp_path / "job.yaml").write_text(SCENARIO + "region: us-east-1\ncommand: [x]\n")
    ran = awsml("batch", "deploy", "--dry-run")
    assert ran.code == 0, ran.err
    assert "AWS::Batch::ComputeEnvironment" in ran.out


def test_a_killed_queue_is_taken_up_where_it_was(awsml, tmp_path):
    script = "if [ $AWS_BATCH_JOB_ARRAY_INDEX -gt 2 ] && [ ! -e go ]; then sleep 30; fi"
    script = script.replace("go", str(tmp_path / "go"))
    (tmp_path / "job.yaml").write_text(SCENARIO + f"array: 6\ncommand: [sh, -c, '{script}']\n")
    command = [sys.executable, "-c", AWSML, "batch", "submit", "-d"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    with RunStore(tmp_path / ".awsml") as store:
        run = store.get("last")
        folder = store.folder_of(run.id) / "batch"
        _until(lambda: _succeeded(folder) >= 3)
        os.kill(store.get(run.id).owner.pid, signal.SIGKILL)
        _until(lambda: not store.get(run.id).watched)
        assert store.get(run.id).status == "Interrupted"
    _until(lambda: not _sleepers(str(tmp_path)))
    (tmp_path / "go").touch()
    ran = awsml("batch", "submit", "--resume", "last", "-o", "json")
    assert ran.code == 0, ran.err
    figures = json.loads(ran.out)["run"]["figures"]
    assert figures["jobs"] == {"SUCCEEDED": 6, "FAILED": 0}
    assert figures["attempts"] == 3  # the three that had succeeded are not run again


def _succeeded(folder: Path) -> int:
    from awsml.backends.local.batch.queue import standing

    found = standing(folder)
    return sum(c.get("SUCCEEDED", 0) for c in found.counts.values()) if found else 0


def _sleepers(mark: str) -> list[str]:
    """Processes of the test's own jobs that are still there."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if f"{mark}/go" in line:
                found.append(line)
    return found


def _until(done, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)
