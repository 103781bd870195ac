"""Texts of a scenario's raw parameters as the types that the service's model says they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.requests.table import Table, load_table

_SWITCHES = {"true": True, "false": False}


def typed(api: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The same parameters; a text that is no value of its type stays a text, and is complained
    about by the shape check."""
    table = load_table(api)
    if table is None:
        return dict(params)
    result = _typed(table, table.input, params)
    assert isinstance(result, dict)
    return result


def _typed(table: Table, name: str | None, value: Any) -> Any:
    shape = table.shapes.get(name) if name is not None else None
    if isinstance(value, Mapping):
        members = {} if shape is None else shape.members
        every = None if shape is None else shape.value
        return {key: _typed(table, members.get(key, every), item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(table, None if shape is None else shape.item, item) for item in value]
    if shape is None or not isinstance(value, str):
        return value
    return _scalar(shape.type, value)


def _scalar(kind: str, text: str) -> Any:
    try:
        if kind in ("integer", "long"):
            return int(text)
        if kind in ("float", "double"):
            return float(text)
    except ValueError:
        return text
    return _SWITCHES.get(text, text) if kind == "boolean" else text
