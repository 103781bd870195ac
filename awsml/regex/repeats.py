"""Repeated groups in a regular expression that repeat something themselves.

`(a+)+` splits a run of n letters in 2^n ways, and a backtracking matcher tries all of them on a
text that does not match in the end. `(a+,)+` does not: the comma says where each round ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_NO_WIDTH = ("^", "$", r"\b", r"\B", r"\A", r"\Z")
_OPENING = re.compile(r"\((?:\?(?:[aiLmsux-]*:|P<\w+>|<?[=!]|>|\(\w+\)))?")
_WHOLE = re.compile(r"\(\?(?:[aiLmsux]+|P=\w+|#[^)]*)\)")  # flags, back references, comments
_QUANTIFIER = re.compile(r"(?:[*+?]|\{(\d*)(,?)(\d*)\})[?+]?")
_MANY = 10  # rounds more than the least, from which a bounded repeat counts as an endless one


class Repeat(NamedTuple):
    """A repeated group in which something repeats or may be chosen. `ambiguous`: nothing in it
    must be there that tells one round from the next."""

    start: int
    end: int
    ambiguous: bool


@dataclass(slots=True)
class _Group:
    start: int
    fixed: int = 0  # parts that match once and must
    fewest: int | None = None  # of those in the alternatives before
    repeats: bool = False
    chooses: bool = False

    def close(self) -> int:
        return self.fixed if self.fewest is None else min(self.fewest, self.fixed)


def repeats(regex: str) -> list[Repeat]:
    """From the innermost outwards; of an expression that does not compile, what there is."""
    found: list[Repeat] = []
    groups = [_Group(0)]
    at = 0
    while at < len(regex):
        opened, whole = _OPENING.match(regex, at), _WHOLE.match(regex, at)
        if whole is not None:
            at = whole.end()
        elif opened is not None:
            groups.append(_Group(at))
            at = opened.end()
        elif regex[at] == "|":
            group = groups[-1]
            group.fewest, group.fixed, group.chooses = group.close(), 0, True
            at += 1
        elif regex[at] == ")" and len(groups) > 1:
            at = _closed(regex, at + 1, groups, found)
        else:
            at = _passed(regex, at, groups[-1])
    return found


def _closed(regex: str, at: int, groups: list[_Group], found: list[Repeat]) -> int:
    group, around = groups.pop(), groups[-1]
    least, endless, at = _rounds(regex, at)
    fixed = group.close()
    if endless and (group.repeats or group.chooses):
        found.append(Repeat(group.start, at, group.repeats and not fixed))
    around.repeats |= endless or group.repeats
    around.chooses |= group.chooses
    around.fixed += least > 0 and not endless and fixed > 0
    return at


def _passed(regex: str, at: int, group: _Group) -> int:
    atom = _ATOM.match(regex, at)
    assert atom is not None
    least, endless, at = _rounds(regex, atom.end())
    group.repeats |= endless
    group.fixed += least > 0 and not endless and atom[0] not in _NO_WIDTH
    return at


def _rounds(regex: str, at: int) -> tuple[int, bool, int]:
    """The least rounds of what stands before, whether they are endless, and where it goes on."""
    match = _QUANTIFIER.match(regex, at)
    if match is None or match[0] == "{}":
        return 1, False, at
    sign, (low, comma, high) = match[0][0], match.groups()
    if sign != "{":
        return int(sign == "+"), sign != "?", match.end()
    least = int(low or 0) if len(low) < 10 else _MANY
    endless = bool(comma) and (not high or len(high) > 9 or int(high) - least >= _MANY)
    return least, endless, match.end()
