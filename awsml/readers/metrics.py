"""Utilisation over time as shares of one core or GPU, whatever it was summed over.

CloudWatch sums CPUUtilization over cores and GPUUtilization over GPUs, so 180 % on four GPUs is
45 %. Every series is divided by what it was summed over; a value that no such sum can reach is
wrong, left out, and said.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

# Column or CloudWatch name, lower case without punctuation, to our own.
NAMES: Mapping[str, str] = {
    "cpuutilization": "cpu",
    "cpu": "cpu",
    "gpuutilization": "gpu",
    "gpu": "gpu",
    "gpumemoryutilization": "gpu_memory",
    "gpumemory": "gpu_memory",
    "memoryutilization": "memory",
    "memory": "memory",
    "diskutilization": "disk",
    "disk": "disk",
    "iowait": "io_wait",
    "iowaitpercentage": "io_wait",
    "iowaittime": "io_wait",
    "network": "network",
}
# Of requests: column or CloudWatch name to our own, and what turns it into seconds or a count.
SERVED: Mapping[str, tuple[str, float]] = {
    "modellatency": ("latency", 1e-6),
    "overheadlatency": ("overhead", 1e-6),
    "latencyms": ("latency", 1e-3),
    "overheadms": ("overhead", 1e-3),
    "invocations": ("calls", 1.0),
    "invocationsperinstance": ("calls_each", 1.0),
    "requestspersecond": ("rate", 1.0),
    "rps": ("rate", 1.0),
}
# CloudWatch sums these over cores or GPUs; a file in our own words states them per device.
_SUMMED = {"cpu": "cores", "gpu": "gpus", "gpu_memory": "gpus"}
# Averages of rounded samples may pass 100 % by this much.
_SLACK = 1.02


@dataclass(frozen=True, slots=True)
class Point:
    name: str
    at: float | None
    percent: float
    summed: bool  # over cores or GPUs, as CloudWatch does


@dataclass(frozen=True, slots=True)
class Utilisation:
    """Shares of one by metric, in order of time; `problems` says what was left out or lacks."""

    series: Mapping[str, Sequence[float]]
    problems: tuple[str, ...] = ()


def normalised(points: Iterable[Point], cores: int | None, gpus: int | None) -> Utilisation:
    """Percent to shares of one core or GPU, in order of time; gaps and wrong sums are said."""
    devices = {"cores": cores, "gpus": gpus}
    by_name: dict[str, list[Point]] = {}
    for point in points:
        by_name.setdefault(point.name, []).append(point)
    series: dict[str, list[float]] = {}
    problems: list[str] = []
    for name, found in by_name.items():
        found.sort(key=lambda point: -math.inf if point.at is None else point.at)
        divisor, problem = _divisor(name, found, devices)
        problems += [problem] if problem else []
        if divisor is None:
            continue
        shares = [point.percent / 100 / divisor for point in found]
        series[name] = [min(1.0, share) for share in shares if 0 <= share <= _SLACK]
        problems += _complaints(name, shares, found, divisor)
    return Utilisation({k: v for k, v in series.items() if v}, tuple(problems))


def _divisor(
    name: str, points: Sequence[Point], devices: Mapping[str, int | None]
) -> tuple[float | None, str | None]:
    """What a series was summed over. One in our own words is a sum when it passes 100."""
    kind = _SUMMED.get(name)
    summed = kind is not None and (
        any(point.summed for point in points) or any(point.percent > 102 for point in points)
    )
    if kind is None or not summed:
        return 1.0, None
    count = devices[kind]
    if count == 0:
        return None, f"{name} is reported, and the instance has no GPU: left out"
    if count is None:
        return None, f"{name} is a sum over {kind}, and how many there are is unknown: left out"
    return float(count), None


def _complaints(
    name: str, shares: Sequence[float], points: Sequence[Point], divisor: float
) -> Iterator[str]:
    wrong = [share for share in shares if not 0 <= share <= _SLACK]
    if wrong:
        worst = max(wrong, key=abs) * 100 * divisor
        yield (
            f"{len(wrong)} of {len(shares)} values of {name} cannot be: {worst:.0f} % where "
            f"{100 * divisor:.0f} is all there is; is it another instance type?"
        )
    times = [point.at for point in points if point.at is not None]
    missing = _gap(times)
    if missing:
        yield f"{name} lacks {missing:.0%} of its time: figures rest on the rest"


def _gap(times: Sequence[float]) -> float:
    """The share of the time between first and last that has no value, by the usual step."""
    steps = sorted(b - a for a, b in itertools.pairwise(times) if b > a)
    if len(steps) < 2:
        return 0.0
    usual = steps[len(steps) // 2]
    lost = sum(step - usual for step in steps if step > 1.5 * usual)
    return lost / (times[-1] - times[0]) if lost else 0.0


def plain(name: str) -> str:
    """A name as the table of names spells it."""
    return "".join(letter for letter in name.lower() if letter.isalnum())
