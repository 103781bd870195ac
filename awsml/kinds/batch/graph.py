"""Steps that wait for each other: whether they do so in a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def cycle_of(waits: Mapping[str, Sequence[str]]) -> list[str]:
    """The names of one circle, its first again at the end; empty where there is none."""
    done: set[str] = set()
    for start in waits:
        path: list[str] = []
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            name, at = stack.pop()
            if at == 0:
                if name in path:
                    return [*path[path.index(name) :], name]
                if name in done:
                    continue
                path.append(name)
            following = waits.get(name, ())
            if at < len(following):
                stack.append((name, at + 1))
                stack.append((following[at], 0))
            else:
                done.add(name)
                path.remove(name)
    return []
