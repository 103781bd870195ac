"""Every worked scenario: its plan is a golden file, and it has no finding that it does not expect.

`AWSML_UPDATE_GOLDEN=1 python -m pytest tests/test_scenarios.py` writes the plans anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from awsml import api
from awsml.api import Terms
from awsml.finding import Level
from awsml.kinds import INCLUDES, KINDS
from awsml.scenario.document import Document
from awsml.scenario.loader import load

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden" / "plans"
FOLDERS = ("scenarios", "templates/starters")


def documents() -> list[Document]:
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.yaml"))]
    loaded = [
        load(os.path.relpath(file, ROOT), environ={}, kinds=KINDS, includes=INCLUDES)
        for file in files
    ]
    return [d for each in loaded for d in each.documents if d.kind in KINDS]


def golden_path(document: Document) -> Path:
    stem = document.file.removesuffix(".yaml").replace(os.sep, "-")
    return GOLDEN / f"{stem}-{document.index}.json"


def requests_of(report: Any) -> dict[str, Any]:
    """What a reader of a diff wants to see: calls, choices, and what was found."""
    printed = report.as_json()
    chosen = {
        path: entry for path, entry in printed["effective"].items() if entry["source"] == "chosen"
    }
    found = [
        f"{f['level']}[{f['slug']}] {f['field'] or f['request_path']}" for f in printed["findings"]
    ]
    return {"calls": printed["calls"], "chosen": chosen, "findings": found}


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("document", documents(), ids=lambda d: f"{d.file}:{d.index}")
def test_the_plan_is_the_golden_one(document: Document) -> None:
    work = api.plan(document, Terms(target="aws"))
    plan = requests_of(work.report)
    path = golden_path(document)
    if os.environ.get("AWSML_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(plan, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert plan == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", documents(), ids=lambda d: f"{d.file}:{d.index}")
def test_a_scenario_has_no_error_it_does_not_expect(document: Document) -> None:
    work = api.plan(document, Terms(target="aws"))
    expected = document.plain().get("expect", {}).get("findings", [])
    errors = {f.slug for f in work.report.findings if f.level is Level.ERROR}
    assert errors <= set(expected)


def test_no_golden_plan_is_left_over() -> None:
    assert {path.name for path in GOLDEN.glob("*.json")} == {
        golden_path(d).name for d in documents()
    }
