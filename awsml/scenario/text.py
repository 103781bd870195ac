"""A scenario as YAML text, for scenarios that a program writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awsml.trees import mapped

_START = "${env:"


def scenario_text(scenario: Mapping[str, Any]) -> str:
    """YAML that reads back as the same values; nothing in it is taken for a variable."""
    import yaml

    text: str = yaml.safe_dump(
        mapped(scenario, _escaped),
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=False,
    )
    return text


def _escaped(value: Any) -> Any:
    return value.replace(_START, "$" + _START) if isinstance(value, str) else value
