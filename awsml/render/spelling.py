"""Values of a scenario's fields as a scenario spells them: 12h, 48 GB, 200 USD.

Exactly: values that differ have to look different."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from awsml.kinds import KINDS, kind_named
from awsml.scenario import fields
from awsml.scenario.paths import parse_path
from awsml.scenario.shape import field_at, marks_of
from awsml.units import exact_bytes, exact_duration

# By the type of the field; what tells types apart is the parser that each has of its own.
_FORMS: tuple[tuple[Any, Callable[[float], str]], ...] = (
    (fields.Duration, exact_duration),
    (fields.Latency, exact_duration),
    (fields.Size, exact_bytes),
    (fields.VolumeGib, lambda gib: f"{gib:g} GB"),
    (fields.MemoryMib, lambda mib: f"{mib:g} MB"),
    (fields.Usd, lambda usd: f"{usd:g} USD"),
)


def spelled(kind: str | None, path: str, value: Any) -> str:
    """A value in force; of a plan's JSON, which knows base units only."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and kind in KINDS:
        field = field_at(kind_named(kind).Spec, parse_path(path))
        marks = [] if field is None else list(marks_of(field))
        for quantity, form in _FORMS:
            if quantity.__metadata__[1] in marks:
                return form(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def spelled_values(plan: Mapping[str, Any]) -> dict[str, str]:
    """What is in force in a plan's JSON, by field."""
    entries = (plan.get("effective") or {}).items()
    return {path: spelled(plan.get("kind"), path, entry.get("value")) for path, entry in entries}
