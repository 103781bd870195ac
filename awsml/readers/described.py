"""What the answer of a Describe call says the request was: its members without the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.requests.table import Table, load_table


def request_of(api: str, described: Mapping[str, Any]) -> dict[str, Any]:
    """The members that the create call `api` (`sagemaker:CreateTrainingJob`) takes.

    Describe answers empty lists, and switches that are off, where nothing was sent: left out.
    """
    table = load_table(api)
    if table is None:
        return dict(described)
    kept = _kept(table, table.input, described)
    assert isinstance(kept, dict)
    return kept


def _kept(table: Table, name: str | None, value: Any) -> Any:
    shape = table.shapes.get(name) if name is not None else None
    if isinstance(value, Mapping):
        if shape is None or not shape.members:
            return dict(value)
        inner = {
            k: _kept(table, shape.members[k], v) for k, v in value.items() if k in shape.members
        }
        return {key: item for key, item in inner.items() if not _unsaid(key, item)}
    if isinstance(value, list | tuple):
        return [_kept(table, shape.item if shape else None, item) for item in value]
    return value


def _unsaid(key: str, value: Any) -> bool:
    return value in ({}, [], None) or (value is False and key.startswith("Enable"))
