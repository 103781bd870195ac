"""Did you mean: the names nearest to one that does not exist."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, names: Iterable[str], count: int = 1) -> list[str]:
    """The most similar names, best first; one that differs in case or hyphens alone wins."""
    from difflib import get_close_matches

    choices = list(names)
    same = [choice for choice in choices if _plain(choice) == _plain(name)]
    if same:
        return same[:count]
    by_plain = {_plain(choice): choice for choice in choices}
    return [by_plain[near] for near in get_close_matches(_plain(name), by_plain, count)]


def named(names: Iterable[str], most: int = 8) -> str:
    """A list for a hint: all of a few, the first of many."""
    listed = list(names)
    shown = ", ".join(listed[:most])
    return f"{shown} and {len(listed) - most} more" if len(listed) > most else shown


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
