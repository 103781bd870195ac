"""Checks parameters against the tables of the services' own models, and more strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from awsml.finding import Confidence, NotChecked
from awsml.nearness import named, nearest
from awsml.plan import Call, Ref, Text, Unknown, join_path
from awsml.requests.complaint import Complaint
from awsml.requests.scalar import check_number, check_size, check_text
from awsml.requests.table import Requirement, Shape, Table, known_apis, load_table

Outcome = Iterator[Complaint | NotChecked]

_ITEM = re.compile(r"\[\d+\]")
_DEEPEST = 40  # far beyond any request of these services; ends runaway nesting


def check_shape(call: Call) -> Outcome:
    """Everything that the service's model refuses in a call's parameters."""
    table = load_table(call.api)
    if table is None:
        near = nearest(call.api, known_apis())
        reason = f"there is no table of {call.api}" + (f"; near: {near[0]}" if near else "")
        yield NotChecked("request-shape", reason)
        return
    yield from _check(table, table.input, call.params, "", _DEEPEST)
    for requirement in table.requirements:
        yield from _required(requirement, call.params)


def _check(table: Table, name: str, value: Any, path: str, depth: int) -> Outcome:
    if isinstance(value, Unknown):
        yield NotChecked("request-shape", value.reason, path)
        return
    shape = table.shapes[name]
    if isinstance(value, Ref | Text):
        if shape.type != "string":
            yield _wrong_type(shape, str(value), path)
        return
    if depth == 0:
        yield Complaint("wrong-type", path, f"`{path}` is nested deeper than any request")
        return
    match shape.type:
        case "structure":
            yield from _structure(table, shape, value, path, depth)
        case "list":
            yield from _list(table, shape, value, path, depth)
        case "map":
            yield from _map(table, shape, value, path, depth)
        case "string":
            if not isinstance(value, str):
                yield _wrong_type(shape, value, path)
            else:
                yield from check_text(name, shape, value, path)
        case "boolean":
            if not isinstance(value, bool):
                yield _wrong_type(shape, value, path)
        case "timestamp" if isinstance(value, str):
            return
        case _:
            if not _is_number(value, shape.type):
                yield _wrong_type(shape, value, path)
            else:
                yield from _number(table, shape, value, path)


def _number(table: Table, shape: Shape, value: float, path: str) -> Outcome:
    """What the model says, and where that lets it pass, what the reference says beside it."""
    complaints = list(check_number(shape, value, path))
    yield from complaints
    bound = table.bounds.get(_ITEM.sub("[]", path)) if table.bounds else None
    if bound is not None and not complaints:
        closer = shape._replace(min=bound.least, max=bound.most)
        for complaint in check_number(closer, value, path):
            yield complaint._replace(confidence=bound.confidence)


def _structure(table: Table, shape: Shape, value: Any, path: str, depth: int) -> Outcome:
    if not isinstance(value, Mapping):
        yield _wrong_type(shape, value, path)
        return
    for name, inner in value.items():
        step = join_path(path, str(name))
        if name in shape.members:
            yield from _check(table, shape.members[name], inner, step, depth - 1)
        else:
            yield _unknown_field(table, shape, str(name), path)
    for name in shape.required:
        if name not in value:
            yield _missing(name, path)


def _list(table: Table, shape: Shape, value: Any, path: str, depth: int) -> Outcome:
    if not isinstance(value, list | tuple) or shape.item is None:
        yield _wrong_type(shape, value, path)
        return
    yield from check_size(shape, len(value), path, "items")
    for index, inner in enumerate(value):
        yield from _check(table, shape.item, inner, join_path(path, index), depth - 1)


def _map(table: Table, shape: Shape, value: Any, path: str, depth: int) -> Outcome:
    if not isinstance(value, Mapping) or shape.key is None or shape.value is None:
        yield _wrong_type(shape, value, path)
        return
    yield from check_size(shape, len(value), path, "entries")
    for key, inner in value.items():
        step = join_path(path, str(key))
        yield from _check(table, shape.key, key, step, depth - 1)
        yield from _check(table, shape.value, inner, step, depth - 1)


def _unknown_field(table: Table, shape: Shape, name: str, path: str) -> Complaint:
    near = nearest(name, shape.members) or _below(table, shape, name)
    where = f"`{path}` has no member" if path else "the request has no member"
    hint = f"did you mean `{near[0]}`?" if near else f"the members are {named(shape.members, 12)}"
    step = join_path(path, name)
    return Complaint("unknown-field", step, f"{where} `{name}`", hint, local=True)


def _below(table: Table, shape: Shape, name: str) -> list[str]:
    """Where a member of this name stands one level further in."""
    return [
        f"{member}.{name}"
        for member, inner in shape.members.items()
        if name in table.shapes[inner].members
    ]


def _missing(name: str, path: str, confidence: Confidence = Confidence.VERIFIED) -> Complaint:
    step = join_path(path, name)
    where = f"`{path}`" if path else "the request"
    message, hint = f"{where} lacks `{name}`", f"add `{step}`"
    return Complaint("missing-required", step, message, hint, confidence=confidence)


_PLAIN = {
    "structure": "an object",
    "list": "a list",
    "map": "an object",
    "string": "a string",
    "boolean": "true or false",
    "integer": "a whole number",
    "long": "a whole number",
    "float": "a number",
    "double": "a number",
    "timestamp": "a time",
}


def _wrong_type(shape: Shape, value: Any, path: str) -> Complaint:
    wanted = _PLAIN[shape.type]
    message = f"`{path}` must be {wanted}, not {_described(value)}"
    hint = None
    if shape.type == "string" and isinstance(value, int | float):
        hint = f'write "{str(value).lower() if isinstance(value, bool) else value}" in quotes'
    elif isinstance(value, str) and shape.type not in ("structure", "list", "map", "timestamp"):
        hint = "write it without quotes" if _is_plain(value) else None
    return Complaint("wrong-type", path, message, hint, local=True)


def _is_plain(text: str) -> bool:
    """Whether quotes are all that keeps a text from being a number, true or false."""
    try:
        float(text)
    except ValueError:
        return text in ("true", "false")
    return True


def _described(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the string {value[:40]!r}"
    if isinstance(value, list | tuple):
        return "a list"
    return "an object" if isinstance(value, Mapping) else f"the number {value}"


def _is_number(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return False
    if wanted in ("integer", "long"):
        return isinstance(value, int)
    return isinstance(value, int | float)


def _required(requirement: Requirement, params: Mapping[str, Any]) -> Outcome:
    """What the service wants beyond its model, where nothing stands in for it."""
    for path, structure in _structures(params, requirement.at, ""):
        if not any(name in structure for name in requirement.unless):
            for name in requirement.required:
                if name not in structure:
                    yield _missing(name, path, Confidence.DOCUMENTED)


def _structures(value: Any, at: str, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The structures at a path in which `[]` is every item; what is not there is skipped."""
    if not at:
        if isinstance(value, Mapping):
            yield path, value
        return
    step, _, rest = at.partition(".")
    name = step.removesuffix("[]")
    inner = value.get(name) if isinstance(value, Mapping) else None
    here = join_path(path, name)
    if not step.endswith("[]"):
        yield from _structures(inner, rest, here)
    elif isinstance(inner, list | tuple):
        for index, item in enumerate(inner):
            yield from _structures(item, rest, join_path(here, index))
