"""Worked cases: what is said about a document, and at which line and column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from awsml.errors import UsageError
from awsml.finding import Finding, Place
from awsml.scenario.loader import load
from awsml.scenario.suppression import suppress
from awsml.scenario.validation import validate
from tests.scenario.model import Small

_CASES = Path(__file__).parent / "cases"


def cases(name: str) -> list[Any]:
    listed = yaml.safe_load((_CASES / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in listed]


@pytest.fixture
def case_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return "case.yaml"


def write(case: dict[str, Any]) -> None:
    Path("case.yaml").write_text(case["text"], encoding="utf-8")
    for name, text in case.get("files", {}).items():
        Path(name).write_text(text, encoding="utf-8")


def spot(slug: str, place: Place | None) -> str:
    assert place is not None, f"{slug} has no place"
    file = "" if place.file == "case.yaml" else f"{place.file}:"
    return f"{slug} {file}{place.line}:{place.column}"


@pytest.mark.parametrize("case", cases("unreadable.yaml"))
def test_an_unreadable_file_is_one_error_with_a_place_and_a_hint(
    case: dict[str, Any], case_file: str
) -> None:
    write(case)
    with pytest.raises(UsageError) as raised:
        load(case_file, environ={})
    error = raised.value
    assert error.where is not None
    assert f"{error.slug} {error.where.line}:{error.where.column}" == case["error"]
    assert error.hint
    assert error.exit_code == 2


@pytest.mark.parametrize("case", cases("findings.yaml"))
def test_every_mistake_is_found_at_its_line_and_column(
    case: dict[str, Any], case_file: str
) -> None:
    write(case)
    loaded = load(case_file, environ={})
    found: list[Finding] = list(loaded.findings)
    for document in loaded.documents:
        found += validate(document, Small)[1]
    left = suppress(loaded.documents, found).findings
    assert sorted(spot(f.slug, f.place) for f in left) == sorted(case["findings"])
    assert all(finding.hint for finding in left)
