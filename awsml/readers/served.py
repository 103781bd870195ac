"""Latencies and rates of an endpoint from the files that hold its utilisation.

CloudWatch has ModelLatency and OverheadLatency in microseconds, and counts Invocations by period:
their sum over the whole time is the rate, because a period without a call has no value.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from awsml.readers.metric_files import Cell, cells_of, number_of
from awsml.readers.metrics import SERVED, plain

_PERIOD_SECONDS = 60.0
# Nothing that goes through a container answers quicker; a figure below is in another unit.
_LEAST_SECONDS = 100e-6
_TIMES = ("latency", "overhead")


@dataclass(frozen=True, slots=True)
class Served:
    """Seconds of a request, and requests a second of one instance; None is not in the file."""

    latency_seconds: float | None = None
    overhead_seconds: float | None = None
    requests_per_second: float | None = None
    problems: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return bool(self.latency_seconds or self.requests_per_second or self.problems)


def read_served(text: str, file: str, instances: int) -> Served:
    """What a CSV or JSON text says of requests; `instances` share what is counted of all."""
    found: dict[str, list[tuple[Cell, float]]] = {}
    for cell in cells_of(text, file):
        known = SERVED.get(plain(cell.name))
        if known is None:
            continue
        value = number_of(cell, file)
        if value is not None:
            found.setdefault(known[0], []).append((cell, value * known[1]))
    problems: list[str] = []
    means = {name: _mean(name, found.get(name, ()), problems) for name in _TIMES}
    rate = _rate(found, instances, problems)
    return Served(means["latency"], means["overhead"], rate, tuple(problems))


def _mean(name: str, found: Sequence[tuple[Cell, float]], problems: list[str]) -> float | None:
    values = [value for cell, value in found if cell.statistic != "Sum"]
    if not values:
        return None
    mean = fmean(values)
    if name == "latency" and mean < _LEAST_SECONDS:
        problems.append(
            f"a {name} of {mean * 1e6:.3g} microseconds cannot be, and CloudWatch counts in those: "
            "left out; name a column in milliseconds `latency_ms`"
        )
        return None
    return mean


def _rate(
    found: Mapping[str, Sequence[tuple[Cell, float]]], instances: int, problems: list[str]
) -> float | None:
    """Counted for each instance, or of all over the instances, or as it was written down."""
    for name, share in (("calls_each", 1), ("calls", instances)):
        counted = [pair for pair in found.get(name, ()) if pair[0].statistic != "Average"]
        if len(counted) > 1 and any(value > 1 for _, value in counted):
            return sum(value for _, value in counted) / _seconds(counted) / share
        if name in found:
            problems.append("averages of invocations are 1 whatever the load: ask for their Sum")
    written = [value for _, value in found.get("rate", ())]
    return fmean(written) if written else None


def _seconds(counted: Sequence[tuple[Cell, float]]) -> float:
    """From the first value to the end of the last one's period, which is the shortest step."""
    times = sorted(cell.at for cell, _ in counted if cell.at is not None)
    steps = [b - a for a, b in itertools.pairwise(times) if b > a]
    period = min(steps, default=_PERIOD_SECONDS)
    return times[-1] - times[0] + period if times else period * len(counted)
