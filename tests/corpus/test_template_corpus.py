"""The page about published templates says what awsml says of them today."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from awsml.rules import check, check_each

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "template-corpus.md").read_text(encoding="utf-8")
TOOL = runpy.run_path(str(ROOT / "tools" / "template_corpus.py"))
TEMPLATES: list[Path] = TOOL["templates"]()


def test_the_page_is_what_awsml_says_today() -> None:
    stale: Callable[[str], list[str]] = TOOL["stale"]
    assert stale(PAGE) == [], "run `python tools/template_corpus.py`"


def test_a_page_that_says_something_else_is_noticed() -> None:
    row: Any = TOOL["rows"](with_cfn_lint=False)[0]
    assert TOOL["stale"](PAGE.replace(f"]({row.source}) | {row.awsml}", f"]({row.source}) | none"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_names_its_source(path: Path) -> None:
    assert TOOL["source_of"](path).startswith("https://")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_variants_checked_together_are_found_the_same_as_one_by_one(path: Path) -> None:
    reading = TOOL["read_template"](TOOL["read_source"](str(path)))
    plans = [variant.plan for variant in reading.variants]
    assert check_each(plans) == [check(plan) for plan in plans]


def test_no_template_of_the_corpus_is_called_wrong_without_a_line_to_look_at() -> None:
    api = TOOL["api"]
    for path in TEMPLATES:
        reading = TOOL["read_template"](TOOL["read_source"](str(path)))
        checked = api.validate_template(reading, api.Terms(target="aws"))
        assert all(finding.place is not None for finding in checked.findings)
