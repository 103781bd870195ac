"""`awsml validate` reports every file, and its exit code is that of the worst."""

import errno
import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import CommandLine
from tests.contracts import check

GOOD = """\
kind: training
name: job
region: us-east-1
role: arn:aws:iam::111122223333:role/train
image: {uri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/train:1"}
compute: {instance: ml.m7i.large, volume: 30 GB}
inputs: {train: {from: "s3://acme-data/train/", mode: file}}
output: s3://acme-data/out/
limits: {runtime: 1h}
"""

NINE = """\
kind: training
name: my_job
region: us-east-1
image: {framework: pytorch}
compute: {instance: ml.m5.xlarge, count: one}
inputs:
  train: {from: "gs://acme-data/train/", mode: pipes}
workload: {epochs: -1}
limits: {runtim: 1h}
spot: {max_wait: 3 weeks}
metrics: [loss]
"""


def test_a_good_file_has_no_findings(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(GOOD)
    ran = awsml("validate", "job.yaml")
    assert (ran.code, ran.err) == (0, ""), ran.out
    assert ran.out == "1 file checked: no findings\n"


def test_nine_mistakes_are_all_reported_with_place_and_hint(
    awsml: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "job.yaml").write_text(NINE)
    ran = awsml("validate", "job.yaml", "-o", "json")
    assert ran.code == 1
    answer = json.loads(ran.out)
    check("validation", answer)
    places = {(f["field"], f["line"], f["column"]) for f in answer["findings"]}
    assert places == {
        ("name", 2, 7),
        ("image", 4, 8),
        ("compute.count", 5, 42),
        ("inputs.train.from", 7, 17),
        ("inputs.train.mode", 7, 48),
        ("workload.epochs", 8, 20),
        ("limits.runtim", 9, 10),
        ("spot.max_wait", 10, 18),
        ("metrics", 11, 10),
    }
    assert all(finding["hint"] for finding in answer["findings"])


def test_every_file_is_reported_and_the_worst_code_wins(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(GOOD.replace("1h", "1 hore"))
    (tmp_path / "list.yaml").write_text("- a\n")
    ran = awsml("validate", "good.yaml", "bad.yaml", "list.yaml", "missing.yaml")
    assert ran.code == 2
    assert "error[wrong-unit]" in ran.out
    assert "list.yaml" in ran.err
    assert "missing.yaml" in ran.err
    assert "2 files checked" in ran.out


def test_standard_input_is_reported_under_its_name(
    awsml: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    text = GOOD.replace("mode: file", "mode: fil").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    ran = awsml("validate", "-", "--stdin-name", "job.yaml")
    assert ran.code == 1
    assert "--> job.yaml:7:55" in ran.out
    assert "mode: fil}" in ran.out


def test_a_comment_with_a_reason_silences(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(
        GOOD.replace(
            "limits:", "# awsml: ignore[unknown-field] kept for an older reader\nextra: 1\nlimits:"
        )
    )
    ran = awsml("validate", "job.yaml")
    assert ran.code == 0, ran.out
    assert "1 silenced" in ran.out


def test_a_comment_that_silences_nothing_is_a_finding(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(
        GOOD.replace("limits:", "# awsml: ignore[unknown-field] no longer needed\nlimits:")
    )
    ran = awsml("validate", "job.yaml", "--fail-on", "warning")
    assert ran.code == 1
    assert "unused-suppression" in ran.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"- a\n- b\n", "list"),
        (b"\xff\xfe\x00k", "UTF-8"),
        (b"kind: [training\n", ""),
        (b"[" * 100_000, "deep"),
        (b"a: &a [x, x]\n" + b"".join(b"a%d: &a%d [*a, *a]\n" % (i, i) for i in range(1)), ""),
    ],
)
def test_unreadable_files_are_one_clear_error(
    awsml: CommandLine, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "job.yaml").write_bytes(content)
    ran = awsml("validate", "job.yaml")
    if said:
        assert ran.code == 2
        assert ran.err.count("error[") == 1
        assert said in ran.err
    else:
        assert ran.code in (1, 2)
    assert "Traceback" not in ran.err


def test_a_raw_request_goes_through_the_same_rules(awsml: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(
        json.dumps({"TrainingJobName": "a_b", "StoppingCondition": {"MaxRuntimeInSeconds": 0}})
    )
    ran = awsml("validate", "--request", "sagemaker:CreateTrainingJob", "job.json")
    assert ran.code == 1
    assert "job.json:1:21" in ran.out


def test_many_requests_answer_a_line_each(awsml: CommandLine, tmp_path: Path) -> None:
    good = {"id": "a", "api": "sagemaker:CreateEndpoint", "params": {}}
    (tmp_path / "many.jsonl").write_text(json.dumps(good) + "\nnot json\n")
    ran = awsml("validate", "--requests", "many.jsonl", "-o", "jsonl")
    assert ran.code == 1
    first, second = [json.loads(line) for line in ran.out.splitlines()]
    check("request_result", first)
    assert first["id"] == "a"
    assert {f["request_path"] for f in first["findings"]} == {"EndpointName", "EndpointConfigName"}
    assert second["findings"]


def test_without_a_path_the_project_is_checked(awsml: CommandLine) -> None:
    awsml("init", "training")
    checked = awsml("validate")
    assert checked.code == 0 and checked.out == awsml("validate", ".").out
    assert awsml("validate", "--request", "sagemaker:CreateModel").code == 2


def test_where_nothing_could_be_read_nothing_is_said_to_be_fine(awsml: CommandLine) -> None:
    checked = awsml("validate", "nothing.yaml")
    assert checked.code == 2
    assert checked.out == "0 files checked, 1 not read\n"


def test_of_several_scenarios_one_is_named_as_it_is_typed(
    awsml: CommandLine, tmp_path: Path
) -> None:
    awsml("init", "training")
    shutil.copy(tmp_path / "training.yaml", tmp_path / "the next.yaml")
    assert "`awsml plan 'the next.yaml'`" in awsml("plan").err


def test_a_file_that_cannot_be_written_leaves_nothing_beside_it(
    awsml: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    awsml("init", "training")
    before = sorted(tmp_path.iterdir())

    def full(path: Path, _: Path) -> None:
        assert path.exists()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert "No space left" in awsml("validate", ".", "-o", "json=all.json").err
    assert sorted(tmp_path.iterdir()) == before


def test_a_script_that_the_toolkit_would_refuse_is_refused_at_once(
    awsml: CommandLine, tmp_path: Path
) -> None:
    awsml("init", "training")
    file = tmp_path / "training.yaml"
    file.write_text(file.read_text().replace("entry: train.py", "entry: 훈련.py"))
    checked = awsml("validate", "training.yaml")
    assert checked.code == 1 and "error[entry-point-invalid]" in checked.out
