"""What a finished search teaches: which parameters mattered, and where to look next."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from awsml.search.space import Dimension, Space
from awsml.search.trial import Tried

# Groups that a range is cut into to see whether they differ, and trials that each has to hold.
_GROUPS = 4
_LEAST_IN_GROUP = 4
_LEAST_TRIALS = 8
# The best part of the trials says where to look; with room around it.
_BEST_SHARE = 0.25
_LEAST_BEST = 3
_ROOM = 0.1
# A range that would keep more than this of itself is kept whole.
_WORTH_NARROWING = 0.8


def importances(space: Space, tried: Sequence[Tried]) -> dict[str, float | None] | None:
    """The share of the objective's spread (by rank) that each parameter explains alone, less
    what chance would explain; None with too few trials to say, of all or of one parameter."""
    known = [each for each in tried if each.objective is not None]
    placed = [(units, each) for each in known if (units := space.units(each.setting)) is not None]
    if len(placed) < _LEAST_TRIALS:
        return None
    ranks = _ranks([each.objective or 0.0 for _, each in placed])
    return {
        dimension.name: _explained(_grouped(dimension, [units[i] for units, _ in placed]), ranks)
        for i, dimension in enumerate(space.dimensions)
    }


def next_ranges(space: Space, tried: Sequence[Tried], maximize: bool) -> dict[str, Dimension]:
    """Narrower dimensions around the best trials; those that are not narrowed are left out."""
    known = [each for each in tried if each.objective is not None]
    known.sort(key=lambda each: each.objective or 0.0, reverse=maximize)
    best = known[: max(_LEAST_BEST, round(len(known) * _BEST_SHARE))]
    if len(known) < _LEAST_TRIALS:
        return {}
    found = {}
    for dimension in space.dimensions:
        units = [dimension.unit(each.setting.get(dimension.name, "")) for each in best]
        narrower = _narrowed(dimension, [unit for unit in units if unit is not None])
        if narrower is not None:
            found[dimension.name] = narrower
    return found


def _narrowed(dimension: Dimension, units: Sequence[float]) -> Dimension | None:
    if not units:
        return None
    if dimension.choices:
        kept = {dimension.text(unit) for unit in units}
        choices = tuple(choice for choice in dimension.choices if choice in kept)
        fewer = 1 < len(choices) < len(dimension.choices)
        return Dimension(dimension.name, choices) if fewer else None
    low, high = max(0.0, min(units) - _ROOM), min(1.0, max(units) + _ROOM)
    if high - low > _WORTH_NARROWING:
        return None
    ends = float(dimension.text(low)), float(dimension.text(high))
    if ends[0] >= ends[1]:
        return None
    rest = dimension.scale, dimension.integer
    return Dimension(dimension.name, (), float(f"{ends[0]:.3g}"), float(f"{ends[1]:.3g}"), *rest)


def _grouped(dimension: Dimension, units: Sequence[float]) -> list[int]:
    """Choices are groups as they are; a range is cut into equal numbers of trials."""
    if dimension.choices:
        return [int(unit * len(dimension.choices)) for unit in units]
    order, groups = _ranks(units), min(_GROUPS, len(units) // _LEAST_IN_GROUP)
    return [min(groups - 1, int(rank * groups / len(units))) for rank in order]


def _explained(groups: Sequence[int], ranks: Sequence[float]) -> float | None:
    """The correlation ratio (between groups over all), corrected for chance as R squared is."""
    count, kinds = len(ranks), len(set(groups))
    middle = fmean(ranks)
    whole = sum((rank - middle) ** 2 for rank in ranks)
    if kinds < 2 or count < kinds * _LEAST_IN_GROUP:
        return None
    if whole == 0:
        return 0.0
    between = 0.0
    for kind in set(groups):
        inside = [rank for rank, group in zip(ranks, groups, strict=True) if group == kind]
        between += len(inside) * (fmean(inside) - middle) ** 2
    share = between / whole
    return max(0.0, 1 - (1 - share) * (count - 1) / (count - kinds))


def _ranks(values: Sequence[float]) -> list[float]:
    """Equal values share the middle of their places."""
    ordered = sorted(values)
    first = {value: index for index, value in reversed(list(enumerate(ordered)))}
    return [first[value] + (ordered.count(value) - 1) / 2 for value in values]
