"""What `awsml doctor` found out, a line a check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from awsml.backends.aws.verdict import Check, State
from awsml.render.findings import Paint, unpainted
from awsml.render.table import wrap

if TYPE_CHECKING:
    pass


_MARKS = {
    State.PASSED: ("ok", "green"),
    State.FAILED: ("fail", "red"),
    State.UNPROVEN: ("?", "yellow"),
}


def checks_text(checks: Sequence[Check], width: int, paint: Paint = unpainted) -> str:
    lines = [line for check in checks for line in _check_lines(check, width, paint)]
    counts = [sum(check.state is state for check in checks) for state in State]
    passed, failed, unproven = counts
    return "\n".join([*lines, "", f"{passed} passed, {failed} failed, {unproven} not provable"])


def _check_lines(check: Check, width: int, paint: Paint) -> list[str]:
    mark, colour = _MARKS[check.state]
    head = f"{paint(f'{mark:<4}', fg=colour)}  {check.what:<11}  "
    first, *rest = wrap(check.says, width - 19)
    lines = [head + first, *(" " * 19 + part for part in rest)]
    if check.hint:
        lines += [" " * 19 + part for part in wrap(f"hint: {check.hint}", width - 19)]
    return lines
