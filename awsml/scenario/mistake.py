"""What pydantic found, settled: its locations as steps in the tree, one branch of each union."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from awsml.nearness import closest
from awsml.scenario.nodes import ListNode, MapNode, Node
from awsml.scenario.paths import Step


class Mistake(NamedTuple):
    """One error of pydantic's, at a path of the document.

    `branches` are the unions on the way, each with the option that this error is about.
    """

    type: str
    steps: tuple[Step, ...]
    message: str
    input: Any
    context: Mapping[str, Any]
    on_key: bool = False
    branches: tuple[tuple[int, str], ...] = ()


def mistakes(root: Node, errors: Iterable[Any]) -> list[Mistake]:
    """Each mistake once; where a union failed, those of the option that was most likely meant."""
    return _settled([_mistake(root, error) for error in errors], 0)


def _mistake(root: Node, error: Any) -> Mistake:
    location = list(error["loc"])
    missing = [location.pop()] if error["type"] == "missing" and location else []
    node: Node | None = root
    steps: list[Step] = []
    branches: list[tuple[int, str]] = []
    on_key = False
    for item in location:
        child = _child(node, item)
        if child is not None:
            node = child
            steps.append(item)
        elif item == "[key]":
            on_key = True
        else:
            branches.append((len(steps), str(item)))
    return Mistake(
        error["type"],
        (*steps, *missing),
        error["msg"],
        error.get("input"),
        error.get("ctx", {}),
        on_key,
        tuple(branches),
    )


def _child(node: Node | None, item: Any) -> Node | None:
    if isinstance(node, MapNode) and isinstance(item, str) and item in node.entries:
        return node.entries[item].value
    if isinstance(node, ListNode) and isinstance(item, int) and item < len(node.items):
        return node.items[item]
    return None


def _settled(found: list[Mistake], level: int) -> list[Mistake]:
    unions: dict[tuple[Step, ...], dict[str, list[Mistake]]] = {}
    settled: list[Mistake] = []
    for each in found:
        if len(each.branches) <= level:
            settled.append(each)
            continue
        length, label = each.branches[level]
        unions.setdefault(each.steps[:length], {}).setdefault(label, []).append(each)
    for union in unions.values():
        likeliest = min(union.values(), key=lambda option: sum(map(_distance, option)))
        settled += _settled(likeliest, level + 1)
    return settled


def _distance(each: Mistake) -> int:
    """How far what was written is from what this option wants."""
    if each.type == "literal_error":
        near = isinstance(each.input, str) and closest(each.input, allowed(each), 0.6)
        return 1 if near else 50
    if each.type.endswith("_type"):
        return 100 if each.input is not None else 20
    if each.type == "extra_forbidden":
        return 5
    return {"missing": 4, "none_required": 200}.get(each.type, 10)


def allowed(each: Mistake) -> list[str]:
    """The values that a literal error expected, from pydantic's `'a', 'b' or 'c'`."""
    return str(each.context.get("expected", "")).strip("'").replace("' or '", "', '").split("', '")
