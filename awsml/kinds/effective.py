"""The values in force of a spec, each with who set it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from awsml.kinds.kind import Context
from awsml.report import Effective

# Not values of the job: the file's own bookkeeping and raw parameters, which print as such.
LEFT_OUT = frozenset({"kind", "expect", "aws"})


def effective_values(spec: BaseModel, context: Context) -> dict[str, Effective]:
    """Every leaf of the spec that has a value, by its scenario path."""
    return {
        path: _effective(path, value, context)
        for path, value in _leaves(spec, "")
        if value is not None and path not in LEFT_OUT
    }


def _effective(path: str, value: Any, context: Context) -> Effective:
    choice = context.choices.get(path)
    origin = context.origin(path)
    return Effective(value if choice is None else choice.value, origin.source, origin.because)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            step = field.alias or name
            inner = f"{path}.{step}" if path else step
            if inner not in LEFT_OUT:
                yield from _leaves(getattr(value, name), inner)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, list) and any(isinstance(item, BaseModel) for item in value):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    elif value != []:
        yield path, value
