"""The page of promises: what it says of a benchmark, and what a run of some leaves alone."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
TITLES = ["Speed", "Checks", "Batch"]


@pytest.fixture
def promise(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("promise")


@pytest.fixture
def pages(promise: ModuleType) -> ModuleType:
    return importlib.import_module("promise_page")


def test_a_figure_is_kept_up_to_its_limit(promise: ModuleType) -> None:
    assert promise.Promise("a", 2.0, 2).kept is True
    assert promise.Promise("a", 2.1, 2).kept is False
    assert promise.Promise("a", 1.9, 2, at_least=True).kept is False


def test_what_was_not_measured_is_neither_kept_nor_broken(promise: ModuleType) -> None:
    assert promise.Promise("a", None, 2, note="no Java").verdict == "not measured"
    assert promise.told([promise.Promise("a", None, 2)]) == 0


def test_a_run_of_one_benchmark_keeps_what_is_said_of_the_others(
    promise: ModuleType, pages: ModuleType
) -> None:
    batch = pages.Part("batch", "Batch", (promise.Promise("children", 100, 150, at_least=True),), 1)
    speed = pages.Part("speed", "Speed", (promise.Promise("help", 1, 2, "s"),), 1)
    both = pages.page(pages.page("", [batch], TITLES), [speed], TITLES)
    assert both.index("## Speed") < both.index("## Batch")
    assert "1 kept, 1 not kept." in both
    assert pages.page(both, [speed], TITLES) == both


def test_a_benchmark_that_broke_is_not_kept(promise: ModuleType, pages: ModuleType) -> None:
    part = pages.Part("speed", "Speed", (promise.Promise("help", 1, 2, "s"),), 1, broke="no disk")
    assert not part.kept
    assert "It broke before its end: no disk" in pages.page("", [part], TITLES)


def test_every_benchmark_that_is_named_has_promises() -> None:
    tree = ast.parse((BENCHMARKS / "promises.py").read_text(encoding="utf-8"))
    (table,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BENCHMARKS"
    ]
    for name in ast.literal_eval(table):
        module = ast.parse((BENCHMARKS / f"{name}.py").read_text(encoding="utf-8"))
        assert "promises" in [n.name for n in module.body if isinstance(n, ast.FunctionDef)], name
