"""Run ids: when the run was made and three random characters, fit for every AWS name."""

from __future__ import annotations

import secrets
import time

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 o 1 l i


def new_run_id(now: float) -> str:
    """Such as 261121-093012-k7q (UTC): short, sorts by time, readable."""
    stamp = time.strftime("%y%m%d-%H%M%S", time.gmtime(now))
    return f"{stamp}-{''.join(secrets.choice(_LETTERS) for _ in range(3))}"


def child_id(parent: str, number: int) -> str:
    return f"{parent}-{number:03d}"
