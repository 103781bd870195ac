"""Names and addresses of a request: none of them leads out of the run's own folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import CommandLine

_SCENARIO = """\
kind: training
name: job
code: {dir: src, entry: train.py}
image: {framework: pytorch, version: "2.10"}
compute: {instance: ml.m5.large}
output: s3://acme/out/
"""


def everything(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if ".awsml" not in path.parts}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print('done')", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a").write_bytes(b"a")
    return tmp_path


@pytest.mark.parametrize("name", ["..", ".", "../../../../../../../../awsml-outside", "a/b", "/x"])
def test_a_channel_is_no_way_out(awsml: CommandLine, project: Path, name: str) -> None:
    text = f'{_SCENARIO}inputs: {{"{name}": {{from: ./data}}}}\n'
    (project / "job.yaml").write_text(text, encoding="utf-8")
    before = everything(project)
    ran = awsml("train", "-y")
    assert ran.code != 0 and "Traceback" not in ran.err
    assert everything(project) == before
    assert not (project / ".awsml" / "awsml-outside").exists()
    assert not Path("/awsml-outside").exists()


@pytest.mark.parametrize(
    "path", ["/opt/ml/../../awsml-outside", "../../awsml-outside", "/awsml-outside"]
)
def test_checkpoints_are_kept_in_the_tree_whatever_they_are_called(
    awsml: CommandLine, project: Path, path: str
) -> None:
    text = f"{_SCENARIO}checkpoint: {{to: s3://acme/ckpt/, path: {path}}}\n"
    (project / "job.yaml").write_text(text, encoding="utf-8")
    before = everything(project)
    ran = awsml("train", "-y")
    # a machine that gives a job no namespaces shows it no other folder at all
    assert ran.code == 0 or "checkpoint-path-unusable" in ran.err
    assert everything(project) == before
    assert not Path("/awsml-outside").exists()
    assert not list((project / ".awsml").glob("awsml-outside"))
