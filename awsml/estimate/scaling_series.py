"""Measurements of one strategy as the points of one curve, and what belongs to another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from awsml.cluster import Flag, Measurement
from awsml.units import counted


@dataclass(frozen=True, slots=True)
class Point:
    """All measurements of one count: the median, and the spread of repeats."""

    gpus: int
    nodes: int
    throughput: float
    low: float
    high: float
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one strategy that belong together, and what was put aside."""

    strategy: str
    points: tuple[Point, ...]
    batch: float | None
    flags: tuple[Flag, ...] = field(default=())


def gpus_per_node(measurements: Sequence[Measurement]) -> int | None:
    """The most GPUs that a row puts on a node; None while no row spans two, since a table of one
    node does not say that the node is full."""
    if all(each.nodes == 1 for each in measurements):
        return None
    return max(math.ceil(each.gpus / each.nodes) for each in measurements)


def arranged(strategy: str, measurements: Sequence[Measurement]) -> Series:
    """Measurements of one strategy as points. Another batch or host than that of one GPU is put
    aside and said, since it is another curve."""
    mine = [each for each in measurements if each.strategy == strategy]
    flags: list[Flag] = []
    kept, batch = _same_batch(strategy, mine, flags)
    kept = _same_host(strategy, kept, flags)
    by_place: dict[tuple[int, int], list[float]] = {}
    for each in kept:
        by_place.setdefault((each.gpus, each.nodes), []).append(each.throughput)
    points = tuple(
        Point(gpus, nodes, median(rates), min(rates), max(rates), len(rates))
        for (gpus, nodes), rates in sorted(by_place.items())
    )
    return Series(strategy, points, batch, tuple(flags))


def _same_batch(
    strategy: str, mine: Sequence[Measurement], flags: list[Flag]
) -> tuple[list[Measurement], float | None]:
    singles = [each for each in mine if each.gpus == 1] or list(mine)
    batches = [(each.batch_per_gpu, each.accumulation) for each in singles]
    wanted = max(batches, key=batches.count)
    others = [each for each in mine if (each.batch_per_gpu, each.accumulation) != wanted]
    strong = _strong_scaling(strategy, mine)
    flags += strong
    for each in others if not strong else ():
        message = (
            f"{counted(each.gpus, 'GPU')} ran {_batch(each.batch_per_gpu, each.accumulation)}, "
            f"the others {_batch(*wanted)}: another curve, left out of the fit"
        )
        flags.append(Flag("mixed-batch", message, strategy, each.gpus, each.line))
    if wanted[0] is None:
        message = "no batch per GPU is stated; if it differs between counts, this fit means nothing"
        flags.append(Flag("batch-unstated", message, strategy))
    samples = wanted[0] * wanted[1] if wanted[0] else None
    return [each for each in mine if each not in others], samples


def _strong_scaling(strategy: str, mine: Sequence[Measurement]) -> list[Flag]:
    """One batch of all GPUs together, divided among ever more of them."""
    batches = {(each.batch_per_gpu or 0.0) * each.gpus * each.accumulation for each in mine}
    counts = {each.gpus for each in mine}
    if len(batches) != 1 or len(counts) < 2 or 1 not in counts or batches == {0.0}:
        return []
    (whole,) = batches
    message = (
        f"all counts ran a batch of {whole:g} in all (strong scaling), so each GPU works on less "
        "of it where there are more, and one GPU is left for the fit: run larger counts with "
        f"{whole:g} on each GPU"
    )
    return [Flag("strong-scaling", message, strategy)]


def _batch(batch: float | None, accumulation: int) -> str:
    text = f"a batch of {batch:g}" if batch else "an unstated batch"
    return text if accumulation == 1 else f"{text} accumulated {accumulation} times"


def _same_host(strategy: str, mine: Sequence[Measurement], flags: list[Flag]) -> list[Measurement]:
    """Single-node points of one host; several nodes may name several hosts."""
    inside = [each for each in mine if each.nodes == 1]
    hosts = [each.host for each in inside]
    if len(set(hosts)) < 2:
        return list(mine)
    first = next((each.host for each in inside if each.gpus == 1), hosts[0])
    for each in inside:
        if each.host != first:
            message = (
                f"the point of {counted(each.gpus, 'GPU')} was measured on "
                f"`{each.host or 'an unnamed host'}`, that of one GPU on "
                f"`{first or 'an unnamed host'}`: left out of the fit"
            )
            flags.append(Flag("mixed-host", message, strategy, each.gpus, each.line))
    return [each for each in mine if each.nodes > 1 or each.host == first]
