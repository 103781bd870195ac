"""The architecture, written once: each part, its layer, and what it is for.

Imports point down. Parts of one layer are strangers; the edges listed at the end are the
exceptions, each with its reason.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "awsml"

# part: (layer, what it owns)
PARTS = {
    "errors": (0, "what is raised when awsml cannot go on"),
    "nearness": (0, "did you mean: the known names nearest to a misspelt one"),
    "trees": (0, "nested mappings and lists"),
    "units": (0, "quantities as people write them, to numbers and back"),
    "basis": (0, "where a figure comes from; facts and estimates"),
    "finding": (0, "a complaint with its place"),
    "plan": (0, "ordered calls, origins of their parameters, values known later"),
    "workload": (0, "what a job does, in numbers"),
    "cluster": (0, "a GPU machine, its links, and what was measured on it"),
    "advice": (0, "what to change, what it saves, why alternatives lose"),
    "events": (0, "what a backend tells while a plan runs"),
    "report": (0, "what a plan came to: cost, time, advice, findings"),
    "resources": (0, "where shipped files lie"),
    "secrets": (0, "texts that look like secrets, and hiding them"),
    "retries": (0, "how attempts on AWS Batch end, and which are tried again"),
    "regex": (0, "expressions that users write: where they run away, matching in bounded time"),
    "cron": (0, "schedule expressions and when they fire"),
    "catalog": (1, "facts about AWS: data files and look-up"),
    "scenario": (1, "the file format: places, merge, variables; knows no kind"),
    "requests": (1, "parameters against the services' own models"),
    "aws": (1, "session, retries, error translation: the one importer of boto3"),
    "kinds": (2, "one kind per folder: spec, numbers, calls"),
    "estimate": (2, "numbers from a workload and the catalogue; pure"),
    "search": (2, "search strategies"),
    "readers": (2, "outside text: templates, raw requests, nvidia-smi, CSV, metrics"),
    "storage": (2, "objects: fetchers, the store, manifests, RecordIO, probe, pack"),
    "store": (2, "runs on disk: asked, sent, predicted, happened"),
    "expect": (3, "a scenario's conditions on its plan, and which are not met"),
    "decide": (3, "what a scenario leaves open: a package a kind, a module a question"),
    "rules": (3, "one rule per file, by API"),
    "backends": (3, "executes plans, here or on AWS; one executor per operation"),
    "checks": (4, "the use cases that need no scenario: templates, requests"),
    "api": (4, "the use cases"),
    "render": (4, "a report to each format"),
    "cli": (5, "a file a command, and what they share; the only part that prints, asks and exits"),
    "__main__": (6, "the way in: loads the command line, and ends without a trace on Ctrl-C"),
}

# (from, to): why one part may know another of its own layer.
EDGES = {
    ("errors", "finding"): "an error points at a place",
    ("api", "checks"): "scenarios are checked on the same terms",
    ("advice", "basis"): "savings are estimates",
    ("plan", "trees"): "parameters are trees",
    ("secrets", "trees"): "requests are trees",
    ("report", "secrets"): "a report is printed without them",
    ("advice", "finding"): "a fix is the same thing in both",
    ("plan", "finding"): "origins are places",
    ("report", "advice"): "a report holds them",
    ("report", "basis"): "a report holds them",
    ("report", "finding"): "a report holds them",
    ("report", "plan"): "a report holds them",
}

FOREIGN = {
    "boto3": {"aws"},
    "botocore": {"aws"},
    "click": {"cli"},
    "pydantic": {"kinds", "scenario"},
    "pydantic_core": {"kinds", "scenario"},
    "yaml": {"scenario", "readers", "kinds"},  # kinds write templates
}


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def part_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "awsml":
                yield from (f"awsml.{alias.name}" for alias in node.names)
            else:
                yield node.module


def own_parts() -> list[Path]:
    return [
        p
        for p in modules()
        if part_of(p) != "__init__"
        and p.relative_to(ROOT).parts[0] not in ("templates", "scenarios")
    ]


def test_every_part_is_on_the_list() -> None:
    assert {part_of(path) for path in own_parts()} <= PARTS.keys()


@pytest.mark.parametrize("path", own_parts(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    part = part_of(path)
    for name in imported(path):
        if not name.startswith("awsml.") or name == "awsml.__version__":
            continue
        other = name.split(".")[1]
        if other == part or other not in PARTS:
            continue
        down = PARTS[other][0] < PARTS[part][0]
        assert down or (part, other) in EDGES, f"{path} imports {name}"


@pytest.mark.parametrize("path", own_parts(), ids=lambda p: str(p.relative_to(ROOT)))
def test_foreign_packages_have_one_door(path: Path) -> None:
    for name in imported(path):
        door = FOREIGN.get(name.split(".")[0])
        assert door is None or part_of(path) in door, f"{path} imports {name}"


def test_every_edge_is_used() -> None:
    """An exception that nobody needs any more is taken off the list."""
    used = {
        (part_of(path), name.split(".")[1])
        for path in own_parts()
        for name in imported(path)
        if name.startswith("awsml.")
    }
    assert set(EDGES) <= used
