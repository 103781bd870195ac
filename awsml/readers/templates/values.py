"""Values of a template: plain nodes, or what only a deployment knows, and texts made of both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from awsml.plan import Ref, Text, Unknown
from awsml.readers.templates.template import LONG_FORMS
from awsml.scenario.nodes import MapNode, Node, ScalarNode

Value = Node | Ref | Text | Unknown | None  # None: AWS::NoValue, the property is left out

_DYNAMIC = re.compile(r"\{\{resolve:[^}]*\}\}")
_TRUTHS = {"true": True, "false": False}
_SWITCHES = {**_TRUTHS, "yes": True, "no": False, "on": True, "off": False}  # as YAML 1.1 has it


def function_of(node: Node) -> tuple[str, Node] | None:
    """The name and argument of a function call; None for plain values."""
    if not isinstance(node, MapNode) or len(node.entries) != 1:
        return None
    name, entry = next(iter(node.entries.items()))
    return (name, entry.value) if name in LONG_FORMS or name.startswith("Fn::") else None


def written(node: Node) -> str:
    """The text of a scalar; empty for anything else."""
    return node.text if isinstance(node, ScalarNode) else ""


def made(text: str, at: Node) -> ScalarNode:
    """A text that a function comes to: null and true in it are but letters."""
    return ScalarNode(text, at.place, plain=False)


def textual(value: Value) -> str | Ref | Text | Unknown:
    """A value that is no scalar, inside a text."""
    if isinstance(value, Ref | Text | Unknown):
        return value
    return "" if value is None else Unknown("a text was expected here")


def dynamic(text: object) -> Unknown | None:
    """What a text that is read elsewhere when the stack is made comes to."""
    found = _DYNAMIC.search(text) if isinstance(text, str) and "{{" in text else None
    return Unknown(f"{found[0]} is read when the stack is made") if found else None


def joined(parts: Sequence[str | Ref | Text | Unknown], at: Node) -> Value:
    """One text; a reference inside keeps it from being more than a Text."""
    late = next((part for part in parts if isinstance(part, Unknown)), None)
    if late is not None:
        return late
    flat: list[str | Ref] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Text) else (part,):
            assert isinstance(piece, str | Ref)
            if isinstance(piece, str) and flat and isinstance(flat[-1], str):
                flat[-1] += piece
            elif piece != "":
                flat.append(piece)
    read_late = next((each for each in map(dynamic, flat) if each), None)
    if read_late is not None:
        return read_late
    if all(isinstance(piece, str) for piece in flat):
        return made("".join(map(str, flat)), at)
    return flat[0] if len(flat) == 1 and isinstance(flat[0], Ref) else Text(tuple(flat))


def typed(node: ScalarNode, wanted: str) -> Any:
    """CloudFormation turns what is written into the type that the property has."""
    text = node.text
    if node.is_null:
        return None
    if wanted == "boolean":
        return (_SWITCHES if node.plain else _TRUTHS).get(text.lower(), text)
    if wanted in ("integer", "long", "float", "double"):
        return number(text, wanted in ("integer", "long"))
    return text


def number(text: str, whole: bool) -> int | float | str:
    try:
        return int(text) if whole else float(text)
    except ValueError:
        return text
