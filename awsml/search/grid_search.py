"""Grid search: every combination of choices once, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from awsml.search.space import Space
from awsml.search.trial import Tried


@dataclass(frozen=True, slots=True)
class GridSearch:
    """Only dimensions with choices can be walked through; the last one changes fastest."""

    space: Space

    def suggest(self, number: int, tried: Sequence[Tried]) -> dict[str, str] | None:
        rest, setting = number - 1, {}
        for dimension in reversed(self.space.dimensions):
            rest, at = divmod(rest, len(dimension.choices))
            setting[dimension.name] = dimension.choices[at]
        return None if rest else {d.name: setting[d.name] for d in self.space.dimensions}
