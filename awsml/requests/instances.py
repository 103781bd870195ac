"""The form of SageMaker's instance type names."""

from __future__ import annotations

import re

_FORM = re.compile(
    r"ml\.[a-z][a-z0-9-]*\d[a-z0-9-]*\.(nano|micro|small|medium|large|metal|\d*xlarge)"
)


def looks_like_instance(text: str) -> bool:
    """Whether a string has the form of an instance type, known or not."""
    return _FORM.fullmatch(text) is not None
