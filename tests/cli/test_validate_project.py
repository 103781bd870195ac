"""`awsml validate` in a project: defaults, bases, what is shared is said once."""

import json
from pathlib import Path

from tests.conftest import CommandLine
from tests.contracts import check_text

JOB = """\
kind: training
name: {name}
image: {{framework: pytorch, version: "2.10"}}
compute: {{instance: ml.m7i.large}}
"""


def project(folder: Path, defaults: str, jobs: int = 2) -> None:
    (folder / "awsml.yaml").write_text(defaults)
    for number in range(jobs):
        (folder / f"job-{number}.yaml").write_text(JOB.format(name=f"job-{number}"))


def spots(text: str) -> list[tuple[str, str, int, int]]:
    answer = check_text("validation", text)
    return [(f["slug"], f["file"], f["line"], f["column"]) for f in answer["findings"]]


def test_defaults_serve_every_scenario_of_the_project(awsml: CommandLine, tmp_path: Path) -> None:
    project(tmp_path, "on: local\nregion: us-east-1\ntraining: {limits: {runtime: 1h}}\n")
    ran = awsml("validate", ".", "-o", "json")
    assert ran.code == 0, ran.out
    effective = json.loads(awsml("plan", "job-0.yaml", "-o", "json").out)["effective"]
    assert effective["region"] == {"value": "us-east-1", "source": "defaults"}


def test_a_mistake_in_the_defaults_is_said_once(awsml: CommandLine, tmp_path: Path) -> None:
    project(tmp_path, "region: us-east-1\ntraining:\n  limits: {runtime: 1 week}\n")
    ran = awsml("validate", ".", "-o", "json")
    assert ran.code == 1
    assert spots(ran.out) == [("wrong-unit", "awsml.yaml", 3, 21)]


def test_a_section_of_the_defaults_that_is_none_is_found(
    awsml: CommandLine, tmp_path: Path
) -> None:
    role = "role: arn:aws:iam::111122223333:role/train"
    project(tmp_path, f"region: us-east-1\n{role}\ntraining: yes\n")
    ran = awsml("validate", ".", "-o", "json")
    assert ran.code == 1
    assert spots(ran.out) == [("wrong-type", "awsml.yaml", 3, 1)]


def test_a_base_that_many_extend_is_complained_about_once(
    awsml: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "gpu.yaml").write_text("kind: training\nspot: {max_wait: soon}\n")
    for number in range(3):
        text = JOB.format(name=f"job-{number}") + "extends: base/gpu.yaml\n"
        (tmp_path / f"job-{number}.yaml").write_text(text)
    names = [f"job-{number}.yaml" for number in range(3)]
    ran = awsml("validate", *names, "-o", "json")
    assert spots(ran.out) == [("wrong-unit", "base/gpu.yaml", 2, 18)]
    assert "2 | spot: {max_wait: soon}" in awsml("validate", *names).out


def test_an_unreadable_file_is_json_when_json_is_asked_for(
    awsml: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text("a: [1\n")
    ran = awsml("validate", "a.yaml", "-o", "json")
    assert ran.code == 2
    answer = check_text("validation", ran.out)
    assert [(e["slug"], e["line"], e["column"]) for e in answer["errors"]] == [("bad-yaml", 1, 4)]


def test_comments_are_not_called_unused_in_a_file_whose_rules_did_not_run(
    awsml: CommandLine, tmp_path: Path
) -> None:
    text = (
        JOB.format(name="my_job") + "# awsml: ignore[mutable-image-tag] ours\noutput: s3://abc/\n"
    )
    (tmp_path / "a.yaml").write_text(text)
    assert spots(awsml("validate", "a.yaml", "-o", "json").out) == [("bad-name", "a.yaml", 2, 7)]
