"""Files of this machine that a scenario names: missed by checks, and by runs before any is made."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from awsml import api
from awsml.cli.disk import ThisDisk
from awsml.kinds import KINDS
from awsml.kinds.presence import Sort
from awsml.scenario.loader import load
from tests.cli.aws_project import project
from tests.conftest import CommandLine
from tests.fake_aws.world import World

__all__ = ["project"]

Starter = Callable[[str], Path]
SLUG = "missing-local-file"


@pytest.fixture
def starter(awsml: CommandLine, tmp_path: Path) -> Starter:
    """The starter of a kind, whose scenario is returned."""

    def made(kind: str) -> Path:
        assert awsml("init", kind).code == 0
        return tmp_path / f"{kind}.yaml"

    return made


def change(scenario: Path, old: str, new: str) -> None:
    text = scenario.read_text()
    assert old in text
    scenario.write_text(text.replace(old, new))


def said(awsml: CommandLine, *words: str) -> list[tuple[str, str, str]]:
    """(field, message, hint) of the findings about files."""
    findings = json.loads(awsml(*words, "-o", "json").out)["findings"]
    return [
        (f["field"], f["message"], f["hint"])
        for f in findings
        if f["slug"] == SLUG and f["level"] == "warning"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_starter_has_all_that_it_names(awsml: CommandLine, starter: Starter, kind: str) -> None:
    starter(kind)
    assert said(awsml, "validate", ".") == []


TRAINING = {
    "a folder of another name": (
        "dir: ./src",
        "dir: ./scr",
        ("code.dir", "there is no folder `./scr`", "did you mean `./src`?"),
    ),
    "a script of another name": (
        "entry: train.py",
        "entry: trian.py",
        ("code.entry", "there is no file `trian.py` in `./src`", "did you mean `train.py`?"),
    ),
    "a script that nothing is like": (
        "entry: train.py",
        "entry: go",
        ("code.entry", "there is no file `go` in `./src`", "make it, or correct `code.entry`"),
    ),
    "a folder as script": (
        "dir: ./src, entry: train.py",
        "dir: ., entry: src",
        (
            "code.entry",
            "`src` is a folder, and a file is wanted",
            "set `code.entry` to a file in it",
        ),
    ),
    "a script as folder": (
        "dir: ./src",
        "dir: ./src/train.py",
        (
            "code.dir",
            "`./src/train.py` is a file, and a folder is wanted",
            "name the folder that it lies in: `./src`",
        ),
    ),
    "an input below a folder of another name": (
        "from: ./data/train ",
        "from: ./date/train ",
        (
            "inputs.train.from",
            "there is no file or folder `./date/train`",
            "did you mean `./data/train`?",
        ),
    ),
    "an input that holds folders alone": (
        "from: ./data/train ",
        "from: ./empty ",
        (
            "inputs.train.from",
            "`./empty` holds no files",
            "put the files there first, or correct `inputs.train.from`",
        ),
    ),
    "a folder as manifest": (
        "mode: file ",
        "type: manifest ",
        (
            "inputs.train.from",
            "`./data/train` is a folder, and a file is wanted",
            "set `inputs.train.from` to a file in it",
        ),
    ),
    "measurements": (
        "workload: {",
        "workload: {scaling: bench.csv, ",
        (
            "workload.scaling",
            "there is no file `bench.csv`",
            "make it, or correct `workload.scaling`",
        ),
    ),
}


@pytest.mark.parametrize("case", TRAINING)
def test_a_training_job_misses_its_files(
    awsml: CommandLine, starter: Starter, tmp_path: Path, case: str
) -> None:
    old, new, finding = TRAINING[case]
    scenario = starter("training")
    (tmp_path / "empty" / "below").mkdir(parents=True)
    change(scenario, old, new)
    assert said(awsml, "validate", "training.yaml") == [finding]
    assert said(awsml, "plan") == [finding]


def test_it_stands_at_the_value_in_the_file_that_says_it(
    awsml: CommandLine, starter: Starter, tmp_path: Path
) -> None:
    """A path is relative to the file that it is written in, here a base in another folder."""
    change(starter("training"), "entry: train.py", "entry: trian.py")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "long.yaml").write_text("extends: ../training.yaml\nname: long\n")
    answer = json.loads(awsml("validate", "jobs/long.yaml", "-o", "json").out)
    (found,) = [f for f in answer["findings"] if f["slug"] == SLUG]
    line = (tmp_path / "training.yaml").read_text().splitlines()[found["line"] - 1]
    assert found["file"] == "training.yaml"
    assert line[found["column"] - 1 : found["end_column"] - 1] == "trian.py"


@pytest.mark.parametrize(
    "change_",
    [
        ("from: ./data/train ", "from: s3://acme/train/ "),
        ("from: ./data/train ", "from: ${env:AWSML_TEST_DATA:-s3://acme/train/} "),
        ('image: {framework: pytorch, version: "2.10"}', "image: {algorithm: linear-learner}"),
    ],
    ids=["S3", "a variable's default", "an algorithm, which takes no code"],
)
def test_what_is_not_looked_for_here(
    awsml: CommandLine, starter: Starter, change_: tuple[str, str]
) -> None:
    scenario = starter("training")
    change(scenario, *change_)
    if "algorithm" in change_[1]:
        change(scenario, "dir: ./src", "dir: ./nothing")
    assert said(awsml, "validate", "training.yaml") == []


def test_an_own_command_starts_what_it_likes_and_a_package_needs_no_script(
    awsml: CommandLine, starter: Starter, tmp_path: Path
) -> None:
    scenario = starter("training")
    change(scenario, "entry: train.py", "entry: other")
    assert len(said(awsml, "validate", "training.yaml")) == 1
    (tmp_path / "src" / "setup.py").write_text("")
    assert said(awsml, "validate", "training.yaml") == []
    change(scenario, 'framework: pytorch, version: "2.10"', "uri: example.com/own:1")
    assert len(said(awsml, "validate", "training.yaml")) == 1
    scenario.write_text(scenario.read_text() + "command: [python, /opt/own.py]\n")
    assert said(awsml, "validate", "training.yaml") == []


def test_a_comment_silences_it_and_is_not_called_unused_where_the_file_is(
    awsml: CommandLine, starter: Starter, tmp_path: Path
) -> None:
    scenario = starter("training")
    change(scenario, "# on AWS: s3://your-bucket/train/", f"# awsml: ignore[{SLUG}] fetched first")
    assert "unused-suppression" not in awsml("validate", "training.yaml").out
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    ran = awsml("validate", "training.yaml")
    assert SLUG not in ran.out
    assert "unused-suppression" not in ran.out


def test_what_is_expected_of_a_plan_holds_on_a_machine_without_the_data(
    awsml: CommandLine, starter: Starter, tmp_path: Path
) -> None:
    scenario = starter("training")
    scenario.write_text(scenario.read_text() + "expect: {findings: [missing-role]}\n")
    (tmp_path / "data").rename(tmp_path / "elsewhere")
    assert awsml("validate", "training.yaml").code == 0
    assert len(said(awsml, "validate", "training.yaml")) == 1


def test_nobody_looks_at_files_without_a_disk(starter: Starter, tmp_path: Path) -> None:
    scenario = starter("training")
    change(scenario, "dir: ./src", "dir: ./nothing")
    loaded = load(str(scenario), environ={}, kinds=KINDS)
    assert SLUG not in {f.slug for f in api.validate_file(loaded, api.Terms()).findings}
    looked = api.validate_file(loaded, api.Terms(disk=ThisDisk()))
    assert SLUG in {f.slug for f in looked.findings}


def test_what_nobody_may_read_is_told_with_the_command_that_lets_one(
    awsml: CommandLine, starter: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test may run as root, who may read anything; so the system's answer is the test's own."""
    starter("training")
    allowed = os.access
    closed = {"src/train.py", "data/train"}
    monkeypatch.setattr(os, "access", lambda path, mode: path not in closed and allowed(path, mode))
    script, folder = said(awsml, "validate", "training.yaml")
    assert script[1:] == (
        "`train.py` cannot be read: permission denied",
        "run `chmod u+r src/train.py`",
    )
    assert folder[2] == "run `chmod u+rx data/train`"


def test_odd_paths_are_only_not_there(tmp_path: Path) -> None:
    disk = ThisDisk()
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("nothing")
    for name in ("nul\0", "n" * 300, "file/below", "link"):
        assert disk.sort(str(tmp_path / name)) is Sort.NOTHING
    assert disk.names(str(tmp_path / "file")) == []


def test_a_search_misses_the_files_of_its_trials(awsml: CommandLine, starter: Starter) -> None:
    scenario = starter("tuning")
    change(scenario, "entry: train.py", "entry: trian.py")
    change(scenario, "goal: minimize", "goal: minimize, log: ./src/trained.py")
    missed = ("training.code.entry", "there is no file `trian.py` in `./src`")
    assert said(awsml, "validate", "tuning.yaml") == [(*missed, "did you mean `train.py`?")]
    findings = json.loads(awsml("plan", "-o", "json").out)["findings"]
    hints = {f["slug"]: f["hint"] for f in findings}
    assert hints["log-unreadable"] == "did you mean `./src/train.py`?", "said once, with the hint"


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (
            "data: ./model",
            "data: ./modle",
            ("model.data", "there is no file or folder `./modle`", "did you mean `./model`?"),
        ),
        (
            "entry: inference.py",
            "entry: inferense.py",
            (
                "model.code.entry",
                "there is no file `inferense.py` in `./src`",
                "did you mean `inference.py`?",
            ),
        ),
        (
            "entry: inference.py",
            "entry: ../inference.py",
            (
                "model.code.entry",
                "`../inference.py` lies outside of `./src`, and only that folder is sent",
                "set `model.code.dir` to a folder that holds it, and name it from there",
            ),
        ),
        (
            "example: ./request.csv",
            "example: ./requests.csv",
            (
                "traffic.example",
                "there is no file `./requests.csv`",
                "did you mean `./request.csv`?",
            ),
        ),
    ],
    ids=["model", "handlers", "handlers outside", "request"],
)
def test_an_endpoint_misses_its_files(
    awsml: CommandLine, starter: Starter, old: str, new: str, finding: tuple[str, str, str]
) -> None:
    change(starter("endpoint"), old, new)
    assert said(awsml, "validate", "endpoint.yaml") == [finding]


def test_what_was_observed_is_missed_once(awsml: CommandLine, starter: Starter) -> None:
    scenario = starter("endpoint")
    scenario.write_text(scenario.read_text() + "observed: requests.csv\n")
    answer = json.loads(awsml("validate", "endpoint.yaml", "-o", "json").out)
    hints = {f["slug"]: f["hint"] for f in answer["findings"]}
    assert hints["observed-unreadable"] == "did you mean `request.csv`?"
    assert SLUG not in hints


BATCH = """\
kind: batch
name: job
image: {uri: "example.com/image@sha256:0123"}
compute: {instances: [c7i]}
command: [python, job.py]
"""


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            "source: {dir: ./scr}",
            ("source.dir", "there is no folder `./scr`", "did you mean `./src`?"),
        ),
        (
            "source: {git: ./scr}",
            ("source.git", "there is no file or folder `./scr`", "did you mean `./src`?"),
        ),
        ("data: ./scr", ("data", "there is no file or folder `./scr`", "did you mean `./src`?")),
        ("source: {git: git@git.example.com:acme/recsys.git}", None),
        ("data: s3://acme/data/", None),
    ],
)
def test_a_batch_job_misses_its_files(
    awsml: CommandLine, tmp_path: Path, text: str, finding: Any
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "job.py").write_text("")
    (tmp_path / "batch.yaml").write_text(f"{BATCH}{text}\n")
    assert said(awsml, "validate", "batch.yaml") == ([finding] if finding else [])


def test_a_cluster_misses_its_measurements_once(awsml: CommandLine, starter: Starter) -> None:
    scenario = starter("cluster")
    change(scenario, "bench.csv", "bensh.csv")
    change(scenario, "topo.txt", "toppo.txt")
    answer = json.loads(awsml("validate", "cluster.yaml", "-o", "json").out)
    told = [(f["slug"], f["hint"]) for f in answer["findings"]]
    assert told == [
        ("cluster-file-unreadable", "did you mean `topo.txt`?"),
        ("cluster-file-unreadable", "did you mean `bench.csv`?"),
    ]


REFUSED = [
    ("training", "train", "code.dir=./scr", 3, "code-missing"),
    ("training", "train", "code.entry=trian.py", 3, "entry-point-missing"),
    ("training", "train", "code.entry=../train.py", 1, "entry-point-invalid"),
    ("training", "train", "inputs.train.from=./date", 3, "channel-missing"),
    ("training", "train", "inputs.train.from=./empty", 3, "channel-data"),
    ("training", "train", "local.python=./none/python", 3, "python-missing"),
    ("tuning", "hpo", "training.code.entry=trian.py", 3, "entry-point-missing"),
    ("batch", "batch submit", "source.dir=./scr", 3, "code-missing"),
    ("endpoint", "endpoint deploy", "model.data=./modle", 3, "model-missing"),
    ("endpoint", "endpoint deploy", "model.code.dir=./scr", 3, "code-missing"),
    ("endpoint", "endpoint deploy", "model.code.entry=inferense.py", 2, "handlers-missing"),
]


@pytest.mark.parametrize(("kind", "command", "setting", "code", "slug"), REFUSED)
def test_a_run_is_refused_before_it_is_made(
    awsml: CommandLine,
    starter: Starter,
    tmp_path: Path,
    kind: str,
    command: str,
    setting: str,
    code: int,
    slug: str,
) -> None:
    scenario = starter(kind)
    (tmp_path / "empty").mkdir()
    if kind == "batch":
        scenario.write_text(f"{BATCH}source: {{dir: ./src}}\n")
    ran = awsml(*command.split(), "--set", setting)
    assert ran.code == code
    assert f"error[{slug}]" in ran.err
    assert not (tmp_path / ".awsml").exists()


@pytest.mark.parametrize("setting", ["code.dir=./scr", "inputs.train.from=./date"])
def test_nothing_is_made_on_aws_of_what_is_not_there(
    awsml: CommandLine, project: World, tmp_path: Path, setting: str
) -> None:
    ran = awsml("train", "--on", "aws", "-y", "--set", setting)
    assert ran.code == 2
    assert f"warning[{SLUG}]" in ran.err
    assert "error[upload-missing]" in ran.err
    assert not (tmp_path / ".awsml").exists()
    assert project.all("us-east-1", "TrainingJob") == []
