"""Where a path leads in a request's values; what is not there, and what is known only later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from awsml.plan import Ref, Text, Unknown


class Absent:
    """The value of a member that the request does not have."""


ABSENT = Absent()
LATER = (Unknown, Ref, Text)
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@lru_cache(maxsize=4096)
def path_steps(path: str) -> tuple[str | int, ...]:
    """`A.B[0]` as ("A", "B", 0)."""
    return tuple(int(i) if i else name for i, name in _STEP.findall(path))


def reached(value: Any, steps: str | int) -> Any:
    """The value at a path below another, or at an index."""
    if isinstance(steps, int):
        return step_into(value, steps)
    for step in path_steps(steps):
        if type(value) is dict:  # as most are; a call for each would be a tenth of a check
            value = value.get(step)
            if value is None:
                return ABSENT
        else:
            value = step_into(value, step)
    return value


def step_into(value: Any, step: str | int) -> Any:
    """The value one step below another."""
    # The plain types first: this runs a hundred times for each rule and request.
    if isinstance(value, dict) or (isinstance(value, Mapping) and isinstance(step, str)):
        found = value.get(step)
        return ABSENT if found is None else found
    if isinstance(value, list):
        return value[step] if isinstance(step, int) and step < len(value) else ABSENT
    return value if isinstance(value, LATER) else ABSENT
