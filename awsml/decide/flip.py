"""Where an answer flips: the value of one input at which two options change places."""

from __future__ import annotations

import math
from collections.abc import Callable

_STEPS = 48
_HALVINGS = 60


def crossing(
    difference: Callable[[float], float], start: float, stop: float, tolerance: float = 1e-3
) -> float | None:
    """The first value from `start` towards `stop` where the difference changes sign.

    Steps are geometric, since inputs span decades, and the step that holds the change is halved
    until it is narrow. None when the sign never changes.
    """
    sign = _sign(difference(start))
    before = start
    for step in range(1, _STEPS + 1):
        here = start * (stop / start) ** (step / _STEPS)
        if _sign(difference(here)) not in (sign, 0):
            return _narrowed(difference, before, here, sign, tolerance)
        before = here
    return None


def _narrowed(
    difference: Callable[[float], float], inside: float, outside: float, sign: int, tolerance: float
) -> float:
    for _ in range(_HALVINGS):
        middle = math.sqrt(inside * outside)
        if _sign(difference(middle)) in (sign, 0):
            inside = middle
        else:
            outside = middle
        if abs(outside - inside) <= tolerance * abs(outside):
            break
    return outside


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
