"""What changes between two plans, as rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from awsml.render.compare import changes, compare_json, compare_markdown, compare_text
from awsml.render.spelling import spelled
from awsml.render.table import wrap


def plan(
    expected: float | None = 10.0,
    ceiling: float | None = 40.0,
    mode: str = "file",
    findings: list[dict[str, Any]] | None = None,
    **params: Any,
) -> dict[str, Any]:
    """A plan as its JSON is, with the parts that a comparison reads."""
    low = None if expected is None else expected / 2
    high = None if expected is None else expected * 2
    return {
        "version": 1,
        "cost": {"low": low, "expected": expected, "high": high, "ceiling": ceiling, "per": "run"},
        "time": {
            "phases": [
                {"name": "provision", "seconds": {"expected": 116.0}, "billed": False},
                {"name": "epochs", "seconds": {"expected": 3600.0}, "billed": True},
            ]
        },
        "effective": {"inputs.train.mode": {"value": mode, "source": "scenario"}},
        "calls": [
            {"service": "sagemaker", "operation": "CreateTrainingJob", "params": params or {"A": 1}}
        ],
        "findings": findings or [],
    }


def finding(slug: str, field: str = "compute.instance") -> dict[str, Any]:
    return {"slug": slug, "level": "warning", "message": f"about {slug}", "field": field}


def rows(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {c.what: (c.before, c.after, c.delta) for c in changes(before, after)}


def test_the_figures_stand_even_where_nothing_changed() -> None:
    assert rows(plan(), plan()) == {
        "expected cost per run": ("$10.00", "$10.00", ""),
        "ceiling cost per run": ("$40.00", "$40.00", ""),
        "billed time": ("1h", "1h", ""),
    }


def test_a_dearer_plan_says_by_how_much() -> None:
    found = rows(plan(), plan(expected=12.5))
    assert found["expected cost per run"] == ("$10.00", "$12.50", "+$2.50 (+25%)")
    assert found["high cost per run"] == ("$20.00", "$25.00", "+$5.00 (+25%)")


def test_unknown_is_unknown_and_never_a_number() -> None:
    found = rows(plan(), plan(expected=None, ceiling=None))
    assert found["ceiling cost per run"] == ("$40.00", "unknown", "")
    shown = compare_json(changes(plan(), plan(expected=None)))["changes"][0]
    assert shown == {
        "section": "cost",
        "what": "expected cost per run",
        "before": 10.0,
        "after": None,
    }


def test_values_and_requests_that_differ_are_listed() -> None:
    before = plan(InputDataConfig=[{"InputMode": "File"}], Gone=True)
    after = plan(mode="pipe", InputDataConfig=[{"InputMode": "Pipe"}], New=3)
    found = rows(before, after)
    assert found["inputs.train.mode"] == ("file", "pipe", "")
    assert found["CreateTrainingJob InputDataConfig[0].InputMode"] == ("File", "Pipe", "")
    assert found["CreateTrainingJob Gone"] == ("true", "-", "")
    assert found["CreateTrainingJob New"] == ("-", "3", "")


def test_findings_come_and_go_by_slug_and_field() -> None:
    before = plan(findings=[finding("retired-instance"), finding("no-kms", "output")])
    after = plan(findings=[finding("no-kms", "output"), finding("old-generation")])
    found = rows(before, after)
    assert found["gone: warning retired-instance compute.instance"][1] == "-"
    assert found["new: warning old-generation compute.instance"][0] == "-"
    assert not any("no-kms" in what for what in found)


def test_markdown_folds_requests_and_lets_nothing_break_the_table() -> None:
    after = plan(A="x|y\nz", findings=[finding("cost-above-limit", "a|b")])
    text = compare_markdown(changes(plan(), after), "resnet")
    body = [line for line in text.splitlines() if line.startswith("| ")]
    assert all(line.replace("\\|", "").count("|") == 5 for line in body)
    assert "<details><summary>1 request parameter changed</summary>" in text
    assert "x\\|y z" in text


def test_a_stored_plan_is_compared_as_it_was_written() -> None:
    stored = json.loads(json.dumps(plan()))
    assert rows(stored, plan()) == rows(plan(), plan())


def test_the_text_fits_the_line() -> None:
    text = compare_text(changes(plan(), plan(expected=12.5, A="x" * 300)), 80)
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        ("limits.runtime", 43200.0, "12h"),
        ("inputs.train.data.size", 48_000_000_000, "48 GB"),
        ("inputs.train.data.size", 48_000_000_001, "48000000001 B"),
        ("compute.volume", 100, "100 GB"),
        ("compute.keep_alive", 90.5, "90.5s"),
        ("workload.epochs", 10.0, "10"),
        ("spot.enabled", True, "true"),
        ("no.such.field", 1.5, "1.5"),
    ],
)
def test_values_are_spelled_as_a_scenario_spells_them(path: str, value: Any, shown: str) -> None:
    assert spelled("training", path, value) == shown


def test_a_long_name_is_broken_where_its_parts_end() -> None:
    assert wrap("ResourceConfig.VolumeSizeInGB", 20) == ["ResourceConfig.", "VolumeSizeInGB"]
    assert wrap("x" * 30, 20) == ["x" * 20, "x" * 10]
