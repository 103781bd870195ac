"""The questions for a real account, put to the fake: the tool runs, and its ceiling holds."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.aws.conftest import credentials
from tests.fake_aws import training
from tests.fake_aws.server import FakeAws
from tools import verify_on_aws

__all__ = ["credentials"]

ROLE = "arn:aws:iam::111122223333:role/trainer"


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    with FakeAws(tmp_path, tick=60.0) as fake:
        monkeypatch.setenv("AWS_ENDPOINT_URL", fake.url)
        yield fake


def run(monkeypatch: pytest.MonkeyPatch, answer: str, *words: str) -> int:
    fixed = ["--role", ROLE, "--image", "image", "--region", "us-east-1", "--bucket", "acme"]
    monkeypatch.setattr(sys, "argv", ["verify_on_aws.py", *fixed, *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer + "\n"))
    monkeypatch.setattr(verify_on_aws.time, "sleep", lambda _: None)
    return verify_on_aws.main()


def test_every_question_is_answered(
    fake: FakeAws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tuple((float(n), 1, f"line {n}") for n in range(verify_on_aws.LINES))
    training.script(fake.world, training.Course(lines=lines))
    assert run(monkeypatch, "y", "--queue", "q", "--definition", "d") == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert "not above $0.0" in first
    told = {row["question"]: row["answer"] for row in map(json.loads, [rest[0][16:], *rest[1:]])}
    assert told["a job that is not there"]["absent"] is True
    assert told["a name that is taken"]["code"] == "ResourceInUse"
    assert told["lines, and how many twice"] == [verify_on_aws.LINES, 0]
    assert told["seconds until ListJobs sees a new Batch job"] < 5


@pytest.mark.parametrize(("answer", "words"), [("n", ()), ("y", ("--ceiling", "0.001"))])
def test_nothing_is_started_without_a_yes_or_above_the_ceiling(
    fake: FakeAws, monkeypatch: pytest.MonkeyPatch, answer: str, words: tuple[str, ...]
) -> None:
    assert run(monkeypatch, answer, *words) == 1
    assert fake.world.journal.entries == []
