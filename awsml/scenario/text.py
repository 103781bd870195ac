"""A scenario as YAML text, for scenarios that a program writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_START = "${env:"


def scenario_text(scenario: Mapping[str, Any]) -> str:
    """YAML that reads back as the same values; nothing in it is taken for a variable."""
    import yaml

    text: str = yaml.safe_dump(
        _escaped(scenario), sort_keys=False, allow_unicode=True, width=100, default_flow_style=False
    )
    return text


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(_START, "$" + _START)
    if isinstance(value, Mapping):
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(item) for item in value]
    return value
