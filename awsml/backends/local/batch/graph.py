"""Which job of a run waits for which: whole arrays, child with child, one child after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from awsml.backends.local.batch.jobs import JobSpec


class Graph:
    """Counts what each key still waits for. A whole array is a node of its own, so that two
    arrays of ten thousand make ten thousand edges and no more."""

    def __init__(self, specs: Sequence[JobSpec]) -> None:
        self._waiting: dict[str, int] = {}
        self._followers: dict[str, list[str]] = {}
        self._left = {spec.label: len(spec.keys) for spec in specs}
        sizes = {spec.label: spec.size for spec in specs}
        for spec in specs:
            for key in spec.keys:
                self._waiting.setdefault(key, 0)
            for before, after in _edges(spec, sizes):
                self._waiting[after] += 1
                self._followers.setdefault(before, []).append(after)

    def ready(self) -> list[str]:
        return [key for key, count in self._waiting.items() if count == 0]

    def succeeded(self, key: str) -> list[str]:
        """What may run now that this key has succeeded."""
        freed = self._release(key)
        label = key.partition(":")[0]
        self._left[label] -= 1
        if self._left[label] == 0:
            freed += self._release(f"{label}*")
        return freed

    def failed(self, key: str) -> Iterator[str]:
        """Everything that can never run now, in the order in which it falls."""
        seen: set[str] = set()
        fallen = [key, f"{key.partition(':')[0]}*"]
        while fallen:
            for follower in self._followers.get(fallen.pop(), ()):
                if follower not in seen:
                    seen.add(follower)
                    fallen += [follower, f"{follower.partition(':')[0]}*"]
                    yield follower

    def _release(self, node: str) -> list[str]:
        freed = []
        for follower in self._followers.get(node, ()):
            self._waiting[follower] -= 1
            if self._waiting[follower] == 0:
                freed.append(follower)
        return freed


def _edges(spec: JobSpec, sizes: dict[str, int | None]) -> Iterator[tuple[str, str]]:
    for wait in spec.waits:
        if wait.type == "SEQUENTIAL" and spec.size:
            yield from ((spec.key(n), spec.key(n + 1)) for n in range(spec.size - 1))
        if wait.on is None:
            continue
        if wait.type == "N_TO_N" and spec.size and sizes.get(wait.on) == spec.size:
            yield from ((f"{wait.on}:{n}", spec.key(n)) for n in range(spec.size))
        else:
            yield from ((f"{wait.on}*", key) for key in spec.keys)
