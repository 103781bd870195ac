"""What docs/ci.md and action.yml promise runs: their scripts, in a project with a git history."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.test_validate_templates import TEMPLATE, git
from tests.conftest import CommandLine

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
JOB = """\
kind: training
name: job
region: us-east-1
role: arn:aws:iam::111122223333:role/train
image: {uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/train:1"}
compute: {instance: ml.m7i.large, volume: 30 GB}
inputs: {train: {from: "s3://acme-data/train/", mode: file, data: {size: 1 GB, objects: 10}}}
workload: {epochs: 1, samples: 1000, samples_per_second: 10}
output: s3://acme-data/out/
limits: {runtime: 1h}
"""


def blocks(heading: str) -> list[str]:
    """The code blocks of one section of the page."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "training.yaml").write_text(JOB)
    (tmp_path / "stack.yaml").write_text(TEMPLATE.replace(", ml.t2.medium", ""))
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    return tmp_path


def shell(script: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A script as a CI system runs it, with this awsml first on the path."""
    bin_folder = folder / "bin"
    bin_folder.mkdir(exist_ok=True)
    command = bin_folder / "awsml"
    start = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from awsml.cli.main import main; main()"
    )
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{start}" "$@"\n')
    command.chmod(0o755)
    for name in ("pip", "gh"):  # would go to the network
        (bin_folder / name).write_text('#!/bin/sh\necho "$0 $*" >> calls.txt\n')
        (bin_folder / name).chmod(0o755)
    path = f"{bin_folder}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def action() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def run_action(folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """The step that checks, with the inputs put in where GitHub would put them."""
    inputs = {name: row["default"] for name, row in action()["inputs"].items()} | given
    [step] = [step for step in action()["runs"]["steps"] if step.get("id") == "validate"]
    assert "${{" not in step["run"], "an input inside a script could be a script"
    environ = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: inputs[m[1]], value)
        for name, value in step["env"].items()
    }
    return shell(step["run"], folder, GITHUB_OUTPUT="output.txt", **environ)


def test_the_action_annotates_and_writes_sarif(project: Path) -> None:
    (project / "stack.yaml").write_text(TEMPLATE)
    done = run_action(project)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=stack.yaml,line=16,")
    sarif = json.loads((project / "awsml.sarif").read_text())
    assert [r["ruleId"] for r in sarif["runs"][0]["results"]] == ["scaling-burstable"]
    assert (project / "output.txt").read_text() == "sarif=awsml.sarif\n"


def test_the_action_takes_its_inputs(project: Path) -> None:
    (project / "stack.yaml").write_text(TEMPLATE)
    assert run_action(project, **{"fail-on": "never"}).returncode == 0
    assert run_action(project, paths="training.yaml").returncode == 0
    assert run_action(project, paths="tr*.yaml\nst*.yaml").returncode == 1
    git(project, "commit", "-q", "-am", "two")
    assert run_action(project, **{"changed-since": "HEAD"}).returncode == 0
    assert run_action(project, **{"changed-since": "HEAD~1"}).returncode == 1
    hostile = run_action(project, paths="$(touch hacked) training.yaml")
    assert hostile.returncode == 2 and not (project / "hacked").exists()


def test_each_command_of_the_page_does_what_it_says(awsml: CommandLine, project: Path) -> None:
    lines = [
        line
        for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
        for line in block.splitlines()
    ]
    assert len(lines) >= 7
    for line in lines:
        words = line.partition("#")[0].split()
        ran = awsml(*words[1:], cwd=project)
        assert ran.code == 0, (line, ran.out, ran.err)
    assert (project / "awsml.xml").read_text().startswith("<?xml")


def test_the_comment_on_a_pull_request_shows_what_changes(project: Path) -> None:
    [workflow] = [yaml.safe_load(block) for block in blocks("GitHub")]
    [step] = [s for s in workflow["jobs"]["validate"]["steps"] if "run" in s]
    (project / "training.yaml").write_text(JOB.replace("m7i.large", "m7i.2xlarge"))
    script = step["run"].replace("${{ github.event.number }}", "7")
    done = shell(script, project, BASE="main")
    assert done.returncode == 0, done.stderr
    comment = (project / "cost.md").read_text()
    assert "expected cost per run" in comment and "ml.m7i.2xlarge" in comment
    assert "pr comment 7 --body-file cost.md" in (project / "calls.txt").read_text()


def test_the_example_for_gitlab_runs(project: Path) -> None:
    [pipeline] = [yaml.safe_load(block) for block in blocks("GitLab")]
    done = shell("\n".join(pipeline["awsml"]["script"]), project, CI_DEFAULT_BRANCH="main")
    assert done.returncode == 0, done.stderr
    for path in (*pipeline["awsml"]["artifacts"]["reports"].values(), "cost.md"):
        assert (project / path).exists()


def test_the_hook_checks_the_files_it_is_given_and_no_others(
    awsml: CommandLine, project: Path
) -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    [example] = [yaml.safe_load(block) for block in blocks("pre-commit")]
    assert example["repos"][0]["hooks"][0]["id"] == hook["id"]
    words = hook["entry"].split()[1:]
    ran = awsml(*words, "training.yaml", "compose.yaml", cwd=project)
    assert ran.code == 0 and "skipped compose.yaml" in ran.err, ran.out


def test_the_expectations_of_the_page_are_well_formed(awsml: CommandLine, project: Path) -> None:
    [block] = blocks("Budgets as tests")
    (project / "training.yaml").write_text(JOB + block)
    ran = awsml("validate", "training.yaml", "-o", "json", cwd=project)
    unmet = [f["message"] for f in json.loads(ran.out)["findings"]]
    assert unmet == ["`effective.input_mode.train` is file, and fastfile was expected"]
