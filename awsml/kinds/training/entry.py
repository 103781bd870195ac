"""Which scripts the training toolkit of framework images starts."""

from __future__ import annotations

import re

# The toolkit's own rule, before it starts anything.
# https://github.com/aws/sagemaker-training-toolkit
_ENTRY_POINT = re.compile(r"[A-Za-z0-9._+/-]+")


def is_entry_point(name: str) -> bool:
    """Whether the training toolkit takes it, and it stays inside the code folder."""
    plain = _ENTRY_POINT.fullmatch(name) and not name.startswith(("/", "-"))
    return bool(plain) and ".." not in name.split("/")
