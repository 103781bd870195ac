"""What looks like a secret is in no output, and what a project keeps is nobody else's to read."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from awsml.secrets import HIDDEN, hidden, masked, secrets_of
from awsml.storage.embedded.folder import ObjectFolder
from tests.conftest import CommandLine

_PASSWORD = "hunter2-hunter2-hunter2"
_KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAZZZZZZZZZZZZZZZZ",
    "AWS_SECRET_ACCESS_KEY": "zzSecretzzSecretzzSecretzzSecretzzSecret",
    "AWS_SESSION_TOKEN": "zzTokenzzTokenzz",
    "GITHUB_TOKEN": "ghp_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
    "DB_PASSWORD": _PASSWORD,
}
_SCENARIO = """\
kind: training
name: job
code: {dir: src, entry: train.py}
image: {framework: pytorch, version: "2.10"}
compute: {instance: ml.m5.large}
environment: {DB_PASSWORD: "${env:DB_PASSWORD}"}
inputs: {}
output: s3://acme/out/
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, awsml: CommandLine) -> Path:
    for name, value in _KEYS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "src").mkdir()
    script = "import os; assert os.environ['DB_PASSWORD']; assert 'GITHUB_TOKEN' not in os.environ"
    (tmp_path / "src" / "train.py").write_text(script, encoding="utf-8")
    (tmp_path / "job.yaml").write_text(_SCENARIO, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        *("plan", "plan -o json", "plan -o html", "plan -o markdown", "advise -o json"),
        *("validate job.yaml", "validate job.yaml -o json", "validate job.yaml -o sarif"),
        *("train --dry-run", "train --dry-run -o json"),
    ],
)
def test_a_secret_of_the_environment_is_in_no_output(
    project: Path, awsml: CommandLine, words: str
) -> None:
    ran = awsml(*words.split())
    assert not [name for name, value in _KEYS.items() if value in ran.out + ran.err]
    if words in ("plan", "plan -o json", "plan -o html"):
        assert HIDDEN in ran.out


@pytest.mark.parametrize("form", ["text", "json", "html", "markdown"])
def test_a_secret_is_in_no_output_of_a_stack(tmp_path: Path, awsml: CommandLine, form: str) -> None:
    (tmp_path / "batch.yaml").write_text(
        f"""kind: batch
name: night
region: us-east-1
image: {{uri: "123456789012.dkr.ecr.us-east-1.amazonaws.com/night:1"}}
command: [python, night.py]
environment: {{DB_PASSWORD: {_PASSWORD}}}
""",
        encoding="utf-8",
    )
    ran = awsml("plan", "batch.yaml", "-o", form)
    assert "night" in ran.out
    assert _PASSWORD not in ran.out + ran.err


def test_a_job_has_the_secret_and_the_record_of_it_shows_none(
    project: Path, awsml: CommandLine
) -> None:
    assert awsml("train", "-y").code == 0
    told = [awsml("status", "last", "-o", "json"), awsml("report", "last", "-o", "html")]
    told += [awsml("report", "last", "-o", "json"), awsml("status", "last"), awsml("runs")]
    said = "".join(ran.out + ran.err for ran in told)
    assert not [name for name, value in _KEYS.items() if value in said]
    kept = {path for path in (project / ".awsml").rglob("*") if path.is_file()}
    holding = {
        path.name
        for path in kept
        for value in _KEYS.values()
        if value.encode() in path.read_bytes()
    }
    # the request as it was sent is kept, for --resume; nothing of awsml's own environment is
    assert holding <= {"runs.db", "runs.db-wal"}
    other = {name: value for name, value in _KEYS.items() if name != "DB_PASSWORD"}
    assert not [
        name for path in kept for name, v in other.items() if v.encode() in path.read_bytes()
    ]


@pytest.mark.parametrize("words", [("data", "put", "src", "s3://acme/x/"), ("train", "-y")])
def test_the_projects_own_folder_is_private_whatever_makes_it(
    project: Path, awsml: CommandLine, words: tuple[str, ...]
) -> None:
    assert awsml(*words).code == 0
    assert stat.S_IMODE((project / ".awsml").stat().st_mode) == 0o700
    assert (project / ".awsml" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_secrets_are_found_by_name_and_form_in_maps_pairs_and_commands() -> None:
    params = {
        "Environment": {"API_KEY": "0123456789abcdef0123", "LR": "0.1"},
        "environment": [{"name": "DB_PASSWORD", "value": _PASSWORD}, {"name": "A", "value": "b"}],
        "command": ["run", "--token", "ghp_" + "a" * 36],
    }
    found = secrets_of(params)
    assert found == {"0123456789abcdef0123", _PASSWORD, "ghp_" + "a" * 36}
    assert not secrets_of(hidden(params, found))
    assert json.loads(json.dumps(hidden(params, found)))["Environment"]["LR"] == "0.1"


@pytest.mark.parametrize("key", ["../../../up", "/etc/passwd", "..", "a/../../b", "\0", "." * 300])
def test_no_key_of_an_object_leads_out_of_the_store(tmp_path: Path, key: str) -> None:
    store = ObjectFolder(tmp_path / "s3")
    store.create_bucket("data")
    store.put("data", key, b"x")
    outside = [path for path in tmp_path.rglob("*") if "s3" not in path.parts]
    assert not outside and store.head("data", key).size == 1


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  DB_PASSWORD: hunter2-hunter2-x  # old", "  DB_PASSWORD: •••••••••••••••••  # old"),
        ('{"api_key": "0123456789abcdef"}', '{"api_key": ••••••••••••••••••}'),
        ("command: [run, ghp_" + "a" * 36 + "]", "command: [run, " + "•" * 40 + "]"),
        ("lr: 0.1", "lr: 0.1"),
        ("password: ${DB_PASSWORD}", "password: ${DB_PASSWORD}"),
    ],
)
def test_a_quoted_line_shows_dots_for_a_secret(line: str, shown: str) -> None:
    assert masked(line) == shown


def test_the_value_that_a_finding_calls_a_secret_is_not_quoted(
    tmp_path: Path, awsml: CommandLine
) -> None:
    pair = {"name": "DB_PASSWORD", "value": _PASSWORD}
    job = {"jobDefinitionName": "a", "type": "container", "containerProperties": {}}
    job["containerProperties"] = {"image": "busybox", "environment": [pair]}
    (tmp_path / "request.json").write_text(json.dumps(job, indent=1), encoding="utf-8")
    ran = awsml("validate", "request.json", "--request", "batch:RegisterJobDefinition")
    assert "secret-in-plain-text" in ran.out
    assert _PASSWORD not in ran.out
