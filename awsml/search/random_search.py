"""Random search: settings drawn evenly on each dimension's own scale."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from awsml.search.space import Space
from awsml.search.trial import Tried

# Draws before a small space is taken to be used up.
_MOST_DRAWS = 200


@dataclass(frozen=True, slots=True)
class RandomSearch:
    """Trial `number` of a seed is the same whatever ran before, unless it was tried already."""

    space: Space
    seed: int

    def suggest(self, number: int, tried: Sequence[Tried]) -> dict[str, str] | None:
        seen = [dict(each.setting) for each in tried] if self.space.size is not None else []
        luck = random.Random(f"{self.seed}/{number}")
        for _ in range(_MOST_DRAWS):
            setting = self.space.setting([luck.random() for _ in self.space.dimensions])
            if setting not in seen:
                return setting
        return None
