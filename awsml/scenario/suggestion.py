"""Did you mean: the name that a misspelt one is nearest to."""

from __future__ import annotations

import re
from collections.abc import Iterable


def folded(name: str) -> str:
    """A name without case, dashes and underscores: `maxRun`, `max-run` and `max_run` are one."""
    return re.sub(r"[-_\s]", "", name).lower()


def nearest(name: str, known: Iterable[str], count: int = 3, cutoff: float = 0.7) -> list[str]:
    """The known names nearest first; one that differs in case or dashes alone comes first."""
    if len(name) > 100:
        return []
    import difflib  # only a mistake needs it

    by_fold: dict[str, str] = {}
    for each in known:
        by_fold.setdefault(folded(each), each)
    matches = difflib.get_close_matches(folded(name), by_fold, n=count, cutoff=cutoff)
    return [by_fold[match] for match in matches]


def closest(name: str, known: Iterable[str], cutoff: float = 0.7) -> str | None:
    return next(iter(nearest(name, known, 1, cutoff)), None)
