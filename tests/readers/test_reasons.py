"""What a job's words mean: every entry of the table has words that fit it, and only those."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from awsml.readers.reasons import brief, explain, patterns

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "reasons.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['says']}: {case['words'][:30]}")
def test_words_are_explained_by_the_entry_made_for_them(case: dict[str, Any]) -> None:
    found = explain(case["words"])
    assert [reason.id for reason in found] == ([case["says"]] if case["says"] else [])


def test_every_entry_has_a_case() -> None:
    assert {pattern.id for pattern in patterns()} == {c["says"] for c in CASES if c["says"]}


def test_every_entry_has_a_source_and_fills_its_groups() -> None:
    for pattern in patterns():
        assert pattern.source
        groups = set(pattern.matches.groupindex)
        named = {part.split("}")[0] for part in pattern.says.split("{")[1:]}
        assert named <= groups, pattern.id


def test_the_log_comes_before_a_vague_reason() -> None:
    log = ["step 1", "RuntimeError: CUDA out of memory.", "bye"]
    found = explain("AlgorithmError: , exit code: 1", log)
    assert [reason.id for reason in found] == ["gpu-memory", "script-failed"]


def test_a_clear_reason_comes_before_the_log() -> None:
    found = explain("ClientError: Data download failed:Insufficient disk space", ["MemoryError"])
    assert [reason.id for reason in found] == ["disk-full-download", "host-memory"]


def test_the_quote_is_the_line_that_told() -> None:
    told = "ModuleNotFoundError: No module named 'x'"
    assert explain(f"AlgorithmError: ExecuteUserScriptError:\nExitCode 1\n{told}")[0].quote == told


def test_a_long_reason_is_told_in_a_line_by_the_exception_it_quotes() -> None:
    said = (
        "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\n"
        'ErrorMessage "Traceback (most recent call last):\n  File "train.py", line 3\n'
        '    raise ValueError("bad rate")\nValueError: bad rate"\n'
        'Command "python train.py", exit code: 1'
    )
    assert brief(said) == "ValueError: bad rate (exit code 1)"
    assert brief("InternalServerError: We encountered an error.") == (
        "InternalServerError: We encountered an error."
    )
    assert len(brief("x " * 500)) == 200
