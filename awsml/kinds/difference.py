"""The raw parameters that turn one request into another: the inverse of a raw merge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def raw_difference(compiled: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What `aws:` has to say so that merging it into `compiled` gives `wanted`.

    Mappings are merged, everything else is replaced; None removes a parameter.
    """
    raw: dict[str, Any] = {key: None for key in compiled if key not in wanted}
    for key, value in wanted.items():
        before = compiled.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            inner = raw_difference(before, value)
            raw |= {key: inner} if inner else {}
        elif key not in compiled or before != value:
            raw[key] = value
    return raw
