"""Did you mean: the known names that a misspelt one is nearest to."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 100  # characters; nobody mistypes a longer name


def folded(name: str) -> str:
    """A name without case, dashes and underscores: `maxRun`, `max-run` and `max_run` are one."""
    return re.sub(r"[-_\s]", "", name).lower()


def nearest(name: str, known: Iterable[str], count: int = 1, cutoff: float = 0.7) -> list[str]:
    """The known names nearest first; one that differs in case or dashes alone comes first."""
    if len(name) > _LONGEST:
        return []
    import difflib  # only a mistake needs it

    wanted = folded(name)
    by_fold: dict[str, str] = {}
    for each in known:
        by_fold.setdefault(folded(each), each)
    matches = difflib.get_close_matches(wanted, by_fold, n=3 * count, cutoff=cutoff)
    letters = sorted(wanted)
    matches.sort(key=lambda match: sorted(match) != letters)  # swapped letters: the common slip
    return [by_fold[match] for match in matches[:count]]


def closest(name: str, known: Iterable[str], cutoff: float = 0.7) -> str | None:
    return next(iter(nearest(name, known, 1, cutoff)), None)


def named(names: Iterable[str], most: int = 8) -> str:
    """A list for a hint: all of a few, the first of many."""
    listed = list(names)
    shown = ", ".join(listed[:most])
    return f"{shown} and {len(listed) - most} more" if len(listed) > most else shown
