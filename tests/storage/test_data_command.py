"""`awsml data` as it is typed: payload, words and exit codes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from awsml.cli.main import run
from awsml.storage.embedded.folder import ObjectFolder
from awsml.storage.server import ObjectServer


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in/deep").mkdir(parents=True)
    for index in range(6):
        (tmp_path / "in" / f"{index}.csv").write_text("a,b\n" * (index + 1))
    (tmp_path / "in/deep/x.csv").write_text("c,d\n")
    return tmp_path


def json_of(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run([*words, "-o", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_put_list_and_get_go_round(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "put", "in", "s3://demo/train"]) == 0
    listed = json_of(capsys, "data", "ls", "s3://demo/train/")
    assert [entry["name"] for entry in listed["entries"]] == [
        *(f"s3://demo/train/{index}.csv" for index in range(6)),
        "s3://demo/train/deep/",
    ]
    everything = json_of(capsys, "data", "ls", "s3://demo/", "-r")
    assert len(everything["entries"]) == 7
    assert json_of(capsys, "data", "ls")["entries"] == [{"name": "s3://demo/", "bytes": None}]
    assert run(["data", "get", "s3://demo/train/", "out"]) == 0
    assert (project / "out/deep/x.csv").read_text() == "c,d\n"


def test_one_file_is_put_under_its_name_or_the_key_given(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["data", "put", "in/0.csv", "s3://demo/a/"])
    run(["data", "put", "in/0.csv", "s3://demo/b"])
    listed = json_of(capsys, "data", "ls", "s3://demo/", "-r")
    names = [entry["name"] for entry in listed["entries"]]
    assert names == ["s3://demo/a/0.csv", "s3://demo/b"]


def test_another_endpoint_is_used_like_aws(
    project: Path,
    folder: ObjectFolder,
    serve: Callable[..., ObjectServer],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    endpoint = ["--endpoint-url", serve().url]
    assert run(["data", "put", "in", "s3://data/t/", *endpoint]) == 0
    assert folder.head("data", "t/5.csv").size == 24
    listed = json_of(capsys, "data", "ls", "s3://data/t/", *endpoint)
    assert {"name": "s3://data/t/deep/", "bytes": None} in listed["entries"]
    assert json_of(capsys, "data", "ls", *endpoint)["entries"][0]["name"] == "s3://data/"
    assert run(["data", "get", "s3://data/t/", "back", *endpoint]) == 0
    assert (project / "back/5.csv").read_text() == "a,b\n" * 6
    capsys.readouterr()
    assert json_of(capsys, "data", "probe", "s3://data/t/", *endpoint)["objects"] == 7


def test_without_credentials_nothing_is_tried_again(
    project: Path,
    serve: Callable[..., ObjectServer],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(project / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    began = time.monotonic()
    assert run(["data", "ls", "s3://data/", "--endpoint-url", serve().url]) == 3
    assert time.monotonic() - began < 2
    assert "error[aws-credentials]" in capsys.readouterr().err


def test_an_endpoint_that_is_not_there_is_said(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setattr("awsml.storage.client.FIRST_PAUSE_SECONDS", 0.001)
    assert run(["data", "ls", "s3://data/", "--endpoint-url", "http://127.0.0.1:9"]) == 3
    assert "cannot read s3://data/" in capsys.readouterr().err


def test_a_probe_counts_and_times(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json_of(capsys, "data", "probe", "in")
    assert (found["version"], found["objects"], found["bytes"]) == (1, 7, 88)
    assert found["sizes"] == {"smallest": 4, "median": 12, "mean": 88 / 7, "p95": 24, "largest": 24}
    assert found["formats"] == {"csv": 7}
    assert found["skew"][0] == {
        "hosts": 2,
        "largest_bytes": 48,
        "even_bytes": 44.0,
        "idle_hosts": 0,
        "ratio": round(48 / 44, 3),
    }
    assert found["speed"]["first_byte_seconds"] > 0
    assert json_of(capsys, "data", "probe", "in", "--no-read")["speed"] is None


def test_what_awsml_keeps_is_no_data_and_a_measurement_keeps_nothing(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "in")
    assert json_of(capsys, "data", "probe", ".")["objects"] == 7
    assert not (project / "in/.awsml").exists()
    assert run(["data", "put", "0.csv", "s3://data/"]) == 0
    assert (project / "in/.awsml/.gitignore").read_text() == "*\n"
    capsys.readouterr()
    assert json_of(capsys, "data", "probe", ".")["objects"] == 7
    packed = json_of(capsys, "data", "pack", ".", "../out", "--as", "shards")
    assert [shard["files"] for shard in packed["shards"]] == [7]


def test_a_probe_recognises_what_files_hold(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "mix").mkdir()
    (project / "mix/a.jpg").write_bytes(b"\xff\xd8\xff\xe0rest")
    (project / "mix/b.dat").write_bytes(b"PAR1....")
    (project / "mix/c").write_text("plain")
    (project / "mix/d.tfrecord").write_bytes(b"\0" * 20)
    formats = json_of(capsys, "data", "probe", "mix")["formats"]
    assert formats == {"jpeg": 1, "parquet": 1, "text": 1, "tfrecord": 1}


SCENARIO = """\
kind: training
inputs:
  train:
    from: ./in  # the data
    mode: file
  test: ./in
"""


def test_a_probe_writes_the_data_block_and_nothing_else(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "t.yaml").write_text(SCENARIO)
    assert run(["data", "probe", "in", "--write", "t.yaml"]) == 2
    assert "--channel" in capsys.readouterr().err
    assert run(["data", "probe", "in", "--write", "t.yaml", "--channel", "train"]) == 0
    assert run(["data", "probe", "in", "--write", "t.yaml", "--channel", "test"]) == 0
    text = (project / "t.yaml").read_text()
    assert "from: ./in  # the data\n" in text
    assert "test: {from: ./in, data: {size: 88 B, objects: 7}}" in text.replace('"', "")
    assert "data: {size: 88 B, objects: 7}" in text.split("test:")[0]
    assert run(["data", "probe", "in", "--write", "t.yaml", "--channel", "none"]) == 2


def test_packing_tells_what_it_made(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["data", "pack", "in", "out", "--as", "shards"]
    assert json_of(capsys, *words)["shards"] == [
        {"name": "part-00000.csv", "files": 7, "bytes": 88}
    ]
    assert run(["data", "pack", "in", "out2", "--shard-size", "12"]) == 2
    assert "`12` has no unit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("data", "ls", "s3://nowhere/"), 2, "there is no bucket `nowhere`"),
        (("data", "get", "s3://nowhere/x", "out"), 2, "there is no bucket"),
        (("data", "put", "in", "not-s3"), 2, "is no S3 address"),
        (("data", "put", "in", "s3://No/x"), 2, "is no bucket name"),
        (("data", "probe", "missing"), 2, "there is no missing"),
    ],
)
def test_what_cannot_be_done_is_said(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    assert run(words) == code
    seen = capsys.readouterr()
    assert says in seen.err
    assert seen.out == ""
