"""The slugs of findings and errors that the source code names, read from its syntax."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import awsml

PACKAGE = Path(awsml.__file__).parent
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Places = dict[str, str]  # slug -> the file and line that names it


@cache
def named_slugs() -> Places:
    """Every slug that stands in the code where a slug belongs.

    That is: an argument of anything that has a parameter called `slug`, a variable, field or
    default of that name, or a value of a table called SLUGS.
    """
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources()}
    takers: dict[str, set[int]] = {}
    for tree in trees.values():
        for name, position in _takers(tree):
            takers.setdefault(name, set()).add(position)
    found: Places = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            for text, line in _slugs_of(node, takers):
                if _SLUG.fullmatch(text):
                    found.setdefault(text, f"{path.relative_to(PACKAGE.parent)}:{line}")
    return found


def sources() -> list[Path]:
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in ("templates", "scenarios")
    ]


def _takers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Functions and classes by name, with the position of their `slug`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:  # no command
            names = [each.arg for each in node.args.args if each.arg not in ("self", "cls")]
            if "slug" in names:
                yield node.name, names.index("slug")
        elif isinstance(node, ast.ClassDef):
            fields = [
                each.target.id
                for each in node.body
                if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
            ]
            if "slug" in fields:
                yield node.name, fields.index("slug")


def _slugs_of(node: ast.AST, takers: dict[str, set[int]]) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        for position in takers.get(name, ()):
            yield from _texts(node.args[position : position + 1])
        yield from _texts([each.value for each in node.keywords if each.arg == "slug"])
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value)
    elif isinstance(node, ast.AnnAssign):
        yield from _assigned(node.target, node.value)
    elif isinstance(node, ast.FunctionDef):
        keyword_only = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        yield from _texts([default for each, default in keyword_only if each.arg == "slug"])


def _assigned(target: ast.AST, value: ast.AST | None) -> Iterator[tuple[str, int]]:
    if isinstance(target, ast.Name) and target.id.lower() == "slug":
        yield from _texts([value])
    elif isinstance(target, ast.Name) and "SLUGS" in target.id and isinstance(value, ast.Dict):
        yield from _texts(list(value.values))
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for inner, each in zip(target.elts, value.elts, strict=True):
            yield from _assigned(inner, each)


def _texts(nodes: list[ast.AST | None] | list[ast.expr]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno
        elif isinstance(node, ast.IfExp):
            yield from _texts([node.body, node.orelse])
        elif isinstance(node, ast.BoolOp):
            yield from _texts(list(node.values))
