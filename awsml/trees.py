"""Nested mappings and lists, as requests, scenarios and JSON are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def mapped(tree: Any, change: Callable[[Any], Any]) -> Any:
    """The same tree of plain dicts and lists, every leaf changed."""
    if isinstance(tree, Mapping):
        return {key: mapped(inner, change) for key, inner in tree.items()}
    if isinstance(tree, list | tuple):
        return [mapped(inner, change) for inner in tree]
    return change(tree)
