"""Figures of a report against its own measurements: ratios, bases, values, falls, conclusions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from awsml.decide.cluster.claims_told import (
    CONTRADICTED,
    RATIOS,
    SAME,
    Told,
    close,
    computed,
    elsewhere,
    found,
    says,
)
from awsml.finding import Finding
from awsml.units import counted


def ratios_recomputed(told: Told) -> Iterator[Finding]:
    """Every ratio from its table."""
    for field, claim in told.claims:
        if claim.of not in RATIOS or claim.value is None or claim.concludes:
            continue
        if claim.label == "estimated" or elsewhere(claim):
            continue
        if claim.base and claim.base.strategy != claim.strategy:
            continue
        ratios = computed(told, claim)
        if not ratios:
            continue
        near = [name for name, ratio in ratios.items() if close(claim.value, ratio)]
        shown = ", ".join(f"{ratio:.3g} for {name}" for name, ratio in ratios.items())
        if not near:
            message = f"{says(claim)}, and the measurements give {shown}"
            yield found("report-ratio-wrong", field, message, "print the ratio of the table")
        elif len(near) < len(ratios):
            message = f"{says(claim)} with no strategy named, and it is {near[0]}'s: {shown}"
            hint = f"label the column: `strategy: {near[0]}`"
            yield found("report-ratio-wrong", field, message, hint)


def one_base_per_column(told: Told) -> Iterator[Finding]:
    """A ratio of two strategies is no speed-up of either."""
    for field, claim in told.claims:
        base = claim.base
        if claim.of not in RATIOS or base is None or base.strategy in (None, claim.strategy):
            continue
        mine = told.rate(claim.strategy, claim.gpus, claim.nodes)
        own = told.rate(claim.strategy, base.gpus, base.nodes)
        same = f"; on its own base it is {mine / own:.3g}" if mine and own else ""
        message = f"{says(claim)}, which divides {claim.strategy} by {base.strategy}{same}"
        yield found("report-mixed-bases", field, message, f"divide by {claim.strategy} instead")


def one_value_per_quantity(told: Told) -> Iterator[Finding]:
    """The same configuration cannot have two throughputs."""
    seen: dict[tuple[object, ...], tuple[float, str]] = {}
    key: tuple[object, ...]
    for point in told.points:
        key = ("throughput", point.strategy, point.gpus, point.nodes, None, None)
        seen.setdefault(key, (point.throughput, "the measurements"))
    for field, claim in told.claims:
        if claim.of != "throughput" or claim.value is None:
            continue
        key = (claim.of, claim.strategy, claim.gpus, claim.nodes, claim.card, claim.parameters)
        value, where = seen.setdefault(key, (claim.value, claim.table or "the report"))
        if abs(claim.value - value) > SAME * value:
            message = f"{says(claim)} is {claim.value:g} here and {value:g} in {where}"
            hint = "print one of them, or say what differed"
            yield found("report-two-values", field, message, hint)


def falls_are_mentioned(told: Told) -> Iterator[Finding]:
    """More GPUs that did less are the most telling points of a table."""
    mentioned = {(c.strategy, c.gpus) for _, c in told.claims if c.of == "remark"}
    for name in told.strategies:
        points = sorted({(p.gpus, p.throughput) for p in told.points if p.strategy == name})
        for (fewer, before), (more, after) in pairwise(points):
            if more > fewer and after < before * (1 - SAME) and (name, more) not in mentioned:
                message = (
                    f"{name} falls from {before:g} on {counted(fewer, 'GPU')} to {after:g} on "
                    f"{more}, and the report does not say so"
                )
                hint = "measure both again, and explain the fall"
                yield found("report-non-monotone", "measurements", message, hint)


def conclusions_equal_tables(told: Told) -> Iterator[Finding]:
    """What is concluded is what was measured."""
    for field, claim in told.claims:
        if not claim.concludes or claim.of not in RATIOS or claim.value is None:
            continue
        ratios = computed(told, claim)
        near = [name for name, ratio in ratios.items() if close(claim.value, ratio)]
        if ratios and len(near) < len(ratios):
            shown = ", ".join(f"{ratio:.3g} for {name}" for name, ratio in ratios.items())
            message = f"the conclusion says {claim.says}, and the measurements give {shown}"
            hint = "conclude the figure of the table, with its strategy"
            yield found("report-conclusion-differs", field, message, hint)


def estimates_face_measurements(told: Told) -> Iterator[Finding]:
    """An estimate for what the same machine was measured to do."""
    for field, claim in told.claims:
        if claim.of not in RATIOS or claim.value is None or claim.part or claim.card:
            continue  # another link or card may well do better
        if claim.label == "measured" or claim.concludes:
            continue
        for name, ratio in computed(told, claim).items():
            foreign = claim.label == "estimated" or claim.parameters is not None
            if foreign and not ratio / CONTRADICTED <= claim.value <= ratio * CONTRADICTED:
                message = f"{says(claim)}, and {name} was measured at {ratio:.3g} on as many GPUs"
                hint = "explain the difference, or take the measured figure"
                yield found("report-estimate-contradicted", field, message, hint)
