"""`awsml validate` tells what each file is, and reads templates with the same rules."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_validate import GOOD
from tests.conftest import CommandLine
from tests.contracts import check_text

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Type: {Type: String, Default: ml.m5.large, AllowedValues: [ml.m5.large, ml.t2.medium]}
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ExecutionRoleArn: arn:aws:iam::111122223333:role/serve
      PrimaryContainer:
        Image: 111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:1
        ModelDataUrl: s3://acme-models/detector.tar.gz
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants:
        - {VariantName: all, ModelName: !GetAtt Model.ModelName, InstanceType: !Ref Type,
           InitialInstanceCount: 2, InitialVariantWeight: 1}
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties:
      EndpointConfigName: !GetAtt Config.EndpointConfigName
      RetainAllVariantProperties: true
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      MinCapacity: 1
      MaxCapacity: 4
      ResourceId: !Sub endpoint/${Endpoint.EndpointName}/variant/all
      ScalableDimension: sagemaker:variant:DesiredInstanceCount
      ServiceNamespace: sagemaker
"""


def test_a_finding_says_for_which_parameter_it_holds(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(TEMPLATE)
    ran = awsml("validate", "stack.yaml", "-o", "json")
    assert ran.code == 1
    answer = check_text("validation", ran.out)
    [finding] = [f for f in answer["findings"] if f["slug"] == "scaling-burstable"]
    assert (finding["line"], finding["column"]) == (16, 80)
    assert finding["field"] == "Config.ProductionVariants[0].InstanceType"
    [related] = [each for each in finding["related"] if "parameter" in each["message"]]
    assert related == {
        "message": "where the parameter Type is ml.t2.medium",
        "file": "stack.yaml",
        "line": 3,
        "column": 75,
        "request_path": None,
    }


def test_a_good_template_is_quiet(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(TEMPLATE.replace(", ml.t2.medium", ""))
    ran = awsml("validate", "stack.yaml")
    assert (ran.code, ran.out) == (0, "1 file checked: no findings\n")


def test_a_comment_silences_in_a_template(awsml: CommandLine, tmp_path: Path) -> None:
    text = TEMPLATE.replace(", ml.t2.medium", "").replace("cr.us-east-1.amazonaws.com/serve:1", "")
    silenced = TEMPLATE.replace(
        "           Initial",
        "           # awsml: ignore[scaling-burstable] legacy\n           Initial",
    )
    (tmp_path / "stack.yaml").write_text(silenced)
    assert awsml("validate", "stack.yaml").code == 1  # the comment is about the next line
    before = TEMPLATE.replace(
        "        - {V", "        # awsml: ignore[scaling-burstable] x\n        - {V"
    )
    (tmp_path / "stack.yaml").write_text(before)
    ran = awsml("validate", "stack.yaml")
    assert ran.code == 0 and "1 silenced" in ran.out, ran.out
    assert text != TEMPLATE


def test_each_file_is_taken_for_what_it_is(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(GOOD)
    (tmp_path / "stack.yaml").write_text(TEMPLATE.replace(", ml.t2.medium", ""))
    (tmp_path / "stack.json").write_text('{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}')
    (tmp_path / "create-training-job.json").write_text('{"TrainingJobName": "a_b"}')
    (tmp_path / "queue.json").write_text(
        '{"jobQueueName": "q", "priority": 1, "computeEnvironmentOrder": []}'
    )
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\n")
    (tmp_path / "compose.yaml").write_text("services: {web: {image: x}}\n")
    (tmp_path / "package.json").write_text('{"name": "x", "version": "1", "scripts": {}}')
    (tmp_path / "list.json").write_text("[1]")
    ran = awsml("validate", ".", "-o", "json")
    answer = json.loads(ran.out)
    assert answer["files"] == [
        "create-training-job.json",
        "job.yaml",
        "queue.json",
        "stack.json",
        "stack.yaml",
    ]
    skipped = [line for line in ran.err.splitlines() if line.startswith("skipped")]
    assert [line.split(":")[0].removeprefix("skipped ") for line in skipped] == [
        "compose.yaml",
        "list.json",
        "package.json",
        "pod.yaml",
    ]
    places = {(f["file"], f["slug"]) for f in answer["findings"] if f["level"] == "error"}
    assert ("create-training-job.json", "bad-name") in places
    assert ("queue.json", "queue-environments") in places


def test_a_file_that_is_named_is_never_skipped(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: x}}\n")
    ran = awsml("validate", "compose.yaml")
    assert ran.code == 1 and "kind" in ran.out


FAULTS = {
    "latin.yaml": b"kind: training\nname: caf\xe9\n",
    "bomb.yaml": b"kind: training\na: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + b"".join(
        b"b%d: &b%d [%s]\n" % (n, n, b", ".join([b"*%s" % p] * 10))
        for n, p in enumerate([b"a", *(b"b%d" % n for n in range(8))])
    ),
    "tag.yaml": b"Resources:\n  M: {Type: AWS::SageMaker::Model, Properties: {ModelName: !No x}}\n",
    "broken.json": b'{"Resources": {"B": {"Type": "AWS::S3::Bucket"}',
    "nul.yaml": b"Resources:\n  B: {Type: AWS::S3::Bucket\x00}\n",
    "empty.yaml": b"",
}


def test_whatever_is_wrong_with_a_file_the_others_are_checked(
    awsml: CommandLine, tmp_path: Path
) -> None:
    for name, content in FAULTS.items():
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "huge.json").open("wb") as stream:
        stream.write(b'{"Resources": "')
        stream.seek(50 * 2**20)
        stream.write(b'"}')
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "around").symlink_to(".")
    (tmp_path / "job.yaml").write_text(GOOD.replace("mode: file", "mode: fil"))
    ran = awsml("validate", ".", "-o", "json")
    assert ran.code == 2
    answer = check_text("validation", ran.out)
    wrong = {error["file"]: error["slug"] for error in answer["errors"]}
    assert wrong == {
        "latin.yaml": "not-utf-8",
        "bomb.yaml": "too-many-aliases",
        "broken.json": "unreadable-json",
        "nul.yaml": "bad-yaml",
        "empty.yaml": "empty-file",
        "huge.json": "file-too-large",
        "gone.yaml": "unreadable-file",
    }
    found = {(f["file"], f["slug"]) for f in answer["findings"]}
    assert {("tag.yaml", "unknown-tag"), ("job.yaml", "enum-value")} <= found


def test_a_folder_that_cannot_be_read_is_one_error(
    awsml: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "job.yaml").write_text(GOOD)
    real = Path.iterdir

    def closed(folder: Path) -> object:
        if folder.name == "secret":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(Path, "iterdir", closed)
    ran = awsml("validate", ".")
    assert ran.code == 2
    assert "cannot read the folder secret: permission denied" in ran.err
    assert "1 file checked" in ran.out


def test_a_thousand_resources_are_read(awsml: CommandLine, tmp_path: Path) -> None:
    one = "  E{0}: {{Type: AWS::SageMaker::Endpoint, Properties: {{EndpointName: a_{0}}}}}\n"
    text = "Resources:\n" + "".join(one.format(number) for number in range(1000))
    (tmp_path / "stack.yaml").write_text(text)
    ran = awsml("validate", "stack.yaml", "-o", "json")
    slugs = [f["slug"] for f in json.loads(ran.out)["findings"]]
    assert slugs.count("bad-name") == 1000


def test_a_baseline_keeps_what_is_known_quiet(awsml: CommandLine, tmp_path: Path) -> None:
    job = tmp_path / "job.yaml"
    job.write_text(GOOD.replace("mode: file", "mode: fil"))
    ran = awsml("validate", "job.yaml", "--baseline", "known.json")
    assert ran.code == 2 and "--update-baseline" in ran.err
    ran = awsml("validate", "job.yaml", "--baseline", "known.json", "--update-baseline")
    assert ran.code == 0
    job.write_text("# a line more\n" + job.read_text())
    ran = awsml("validate", "job.yaml", "--baseline", "known.json")
    assert ran.code == 0 and "1 in the baseline" in ran.out
    job.write_text(job.read_text().replace("1h", "1 hore"))
    ran = awsml("validate", "job.yaml", "--baseline", "known.json", "-o", "json")
    assert ran.code == 1
    assert [f["slug"] for f in json.loads(ran.out)["findings"]] == ["wrong-unit"]
    job.write_text(GOOD)
    assert (
        "one entry of known.json" in awsml("validate", "job.yaml", "--baseline", "known.json").err
    )


def test_a_baseline_is_of_files_that_were_looked_at_from_wherever(
    awsml: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD.replace("mode: file", "mode: fil"))
    awsml("validate", ".", "--baseline", "known.json", "--update-baseline")
    ran = awsml("validate", "a.yaml", "--baseline", "known.json")
    assert (ran.code, ran.err) == (0, "")
    ran = awsml("validate", "a.yaml", "--baseline", "known.json", "--update-baseline")
    assert "1 finding written to known.json, beside 1 of files that were not checked" in ran.err
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    ran = awsml("validate", "../a.yaml", "../b.yaml", "--baseline", "../known.json")
    assert ran.code == 0 and "2 in the baseline" in ran.out
    (tmp_path / "b.yaml").unlink()
    ran = awsml("validate", "../a.yaml", "--baseline", "../known.json")
    assert "one entry of ../known.json found no more" in ran.err


def test_what_is_not_checked_names_its_file(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(
        "Parameters: {Type: {Type: String}}\n"
        "Resources:\n"
        "  Config:\n"
        "    Type: AWS::SageMaker::EndpointConfig\n"
        "    Properties:\n"
        "      ProductionVariants:\n"
        "        - VariantName: a\n"
        "          ModelName: m\n"
        "          InitialInstanceCount: 1\n"
        "          InstanceType: !Ref Type\n"
    )
    skipped = json.loads(awsml("validate", "stack.yaml", "-o", "json").out)["not_checked"]
    assert skipped and {entry["file"] for entry in skipped} == {"stack.yaml"}
    assert "not checked (-o json says what and why)" in awsml("validate", "stack.yaml").out


def test_ci_is_told_of_files_that_could_not_be_read_from_the_root_of_the_repository(
    awsml: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "job.yaml").write_text("kind: training\nname: [\n")
    monkeypatch.chdir(tmp_path / "infra")
    ran = awsml("validate", "job.yaml", "-o", "github", "-o", "sarif=out.sarif")
    assert ran.code == 2
    assert ran.out.startswith("::error file=infra/job.yaml,line=")
    run = json.loads((tmp_path / "infra" / "out.sarif").read_text())["runs"][0]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    (told,) = invocation["toolExecutionNotifications"]
    location = told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (told["level"], location) == ("error", "infra/job.yaml")


@pytest.mark.parametrize("text", ["no json", "[]", '{"findings": [1]}'])
def test_a_baseline_that_is_none_is_said(awsml: CommandLine, tmp_path: Path, text: str) -> None:
    (tmp_path / "job.yaml").write_text(GOOD)
    (tmp_path / "known.json").write_text(text)
    ran = awsml("validate", "job.yaml", "--baseline", "known.json")
    assert ran.code == 2 and "is no baseline" in ran.err


def git(folder: Path, *words: str) -> None:
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com"}
    who |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"}
    environ = os.environ | who | {"GIT_CONFIG_GLOBAL": "/dev/null"}
    subprocess.run(["git", *words], cwd=folder, env=environ, check=True, capture_output=True)


def test_only_what_git_says_has_changed_is_checked(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    base = tmp_path / "base" / "b.yaml"
    base.write_text("kind: training\nregion: us-east-1\n")
    (tmp_path / "child.yaml").write_text("extends: base/b.yaml\n" + GOOD)
    (tmp_path / "other.yaml").write_text(GOOD)
    (tmp_path / "stack.yaml").write_text(TEMPLATE)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")

    def files(*words: str) -> list[str]:
        ran = awsml("validate", ".", "--changed-since", "HEAD", "-o", "json")
        return json.loads(ran.out)["files"]  # type: ignore[no-any-return]

    assert files() == []
    base.write_text("kind: training\nregion: us-west-2\n")
    assert files() == ["base/b.yaml", "child.yaml"]
    (tmp_path / "new.yaml").write_text(GOOD)
    assert files() == ["base/b.yaml", "child.yaml", "new.yaml"]


@pytest.mark.parametrize("revision", ["nowhere", "--output=x"])
def test_a_revision_that_git_does_not_know_is_an_error(
    awsml: CommandLine, tmp_path: Path, revision: str
) -> None:
    (tmp_path / "job.yaml").write_text(GOOD)
    git(tmp_path, "init", "-q")
    ran = awsml("validate", ".", f"--changed-since={revision}")
    assert ran.code == 2 and "error[usage]" in ran.err


def test_cfn_lint_joins_in_when_it_is_asked_to(awsml: CommandLine, tmp_path: Path) -> None:
    pytest.importorskip("cfnlint")
    text = TEMPLATE.replace(", ml.t2.medium", "") + "  Bucket: {Type: AWS::S3::Bukket}\n"
    (tmp_path / "stack.yaml").write_text(text)
    assert awsml("validate", "stack.yaml").code == 0
    ran = awsml("validate", "stack.yaml", "--cfn-lint", "-o", "json")
    found = [(f["slug"], f["line"]) for f in json.loads(ran.out)["findings"]]
    assert ("cfn-lint", 31) in found, ran.out
