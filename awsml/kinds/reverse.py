"""What every way back from a request to a scenario does: names, words, and nothing unsaid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# What a run adds to the name of its scenario, and a search to that of its trials.
_RUN_SUFFIX = re.compile(r"-\d{6}-\d{6}-[a-z0-9]{3}(-\d{3})?$")
_NOTHING: tuple[Any, ...] = (None, {}, [])


def name_of(job: str) -> str:
    """The scenario's name in the name of a job."""
    return _RUN_SUFFIX.sub("", job)


def word(words: Mapping[str, str], value: Any) -> str | None:
    """The language's word for a value of the API."""
    return next((each for each, api in words.items() if api == value), None)


def said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same without what was not said."""
    kept = {name: _said(value) for name, value in fields.items()}
    return {name: value for name, value in kept.items() if value not in _NOTHING}


def _said(value: Any) -> Any:
    return said(value) if isinstance(value, Mapping) else value
