"""Throughput at a count of GPUs: an estimate with its interval, or a refusal and what would tell.

The interval is sized on public series, of which it covers about nine in ten: the forms that are
left open and 5 % around them, and 2 % plus the lost efficiency for each doubling beyond the last
point. It never leaves what the last point allows: a little below it, and its rate on every GPU.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from awsml.basis import Basis, Estimate
from awsml.cluster import Flag, Hardware, Links
from awsml.estimate.scaling import BUS, UNDECIDED, Fit, network_bytes_per_second, off_by
from awsml.estimate.scaling_series import Point
from awsml.units import counted

UNIT = "samples/s"
FARTHEST = 4  # times the largest measured count
_FORM_ERROR = 0.05
_POINT_ERROR = 0.02
_UNSEEN_LEVEL = 0.10  # more where the far side of a link was never measured
_FLOOR, _ROOF = 0.84, 1.04  # of the last throughput, and of its rate on every GPU
# From one GPU to many, a sum that only falls has yet to be seen above this; shares stay there.
_LEAST_SHARE = 0.5
# What NCCL gets of a TCP network whose line rate is all that is known.
_NETWORK_SHARE = 0.6
_UNEXPLAINED = 0.10
_SPREAD = 0.05

# nvidia-smi's labels from the nearest to the farthest; several nodes are farther still.
_LEVELS = {"NV": 0, "PIX": 1, "PXB": 1, "PHB": 2, "NODE": 2, "SYS": 3}
_LEVEL_NAMES = ("NVLink", "a PCIe switch", "the host bridge", "the socket", "the node")
_NODE = 4


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is known of one strategy at one count; exactly one of the two is there."""

    strategy: str
    gpus: int
    nodes: int
    throughput: Estimate | None = None
    because: str = ""
    measure: str = ""


def predict(fit: Fit, gpus: int, hardware: Hardware) -> Prediction:
    """A measured count is answered by its measurement; the others from the fit, or not at all."""
    nodes = nodes_for(gpus, hardware, fit)
    point = next((p for p in fit.points if (p.gpus, p.nodes) == (gpus, nodes)), None)
    if point is not None:
        found = Estimate(point.low, point.throughput, point.high, UNIT, Basis.MEASURED)
        return Prediction(fit.strategy, gpus, nodes, found)
    return expected_at(fit, gpus, hardware)


def expected_at(fit: Fit, gpus: int, hardware: Hardware) -> Prediction:
    """What the fit says, also of a count that was measured."""
    nodes = nodes_for(gpus, hardware, fit)
    refusal = _refusal(fit, gpus, nodes, hardware)
    if refusal is not None:
        return Prediction(fit.strategy, gpus, nodes, None, *refusal)
    return Prediction(fit.strategy, gpus, nodes, _estimate(fit, gpus, nodes, hardware))


def nodes_for(gpus: int, hardware: Hardware, fit: Fit) -> int:
    """The fewest nodes that hold so many GPUs."""
    measured = next((p.nodes for p in fit.points if p.gpus == gpus), None)
    if measured is not None:
        return measured
    each = hardware.gpus or (hardware.links.gpus if hardware.links else None)
    return math.ceil(gpus / each) if each else 1


def _refusal(fit: Fit, gpus: int, nodes: int, hardware: Hardware) -> tuple[str, str] | None:
    if not fit.curves:
        return "nothing was measured on one GPU", "1 GPU with the same batch per GPU"
    most = fit.largest.gpus
    if gpus > FARTHEST * most:
        because = f"{gpus} is more than {FARTHEST} times {most}, the largest measured count"
        return because, f"{math.ceil(gpus / FARTHEST)} GPUs or more"
    if all(point.gpus == 1 for point in fit.points) and not any(c.volume for c in fit.curves):
        batch = f" with {fit.batch:g} samples on each" if fit.left_out and fit.batch else ""
        return fit.left_out or "only one GPU was measured", f"2 GPUs{batch}"
    far, seen = _level(gpus, nodes, hardware.links), _level_seen(fit, hardware.links)
    if far == _NODE and seen < _NODE:
        return _no_network(gpus, nodes, fit, hardware)
    if far > seen and not _known_beyond(fit, hardware, seen):
        first = next(n for n in range(2, gpus + 1) if _level(n, 1, hardware.links) > seen)
        because = f"{gpus} GPUs cross {_LEVEL_NAMES[far]}, and no measured count does"
        return because, f"{first} GPUs, or the bandwidth between them (`hardware.link`)"
    return None


def _no_network(gpus: int, nodes: int, fit: Fit, hardware: Hardware) -> tuple[str, str] | None:
    if all(curve.network for curve in fit.curves):
        return None
    because = f"{gpus} GPUs need {nodes} nodes, and no measurement spans two"
    if network_bytes_per_second(hardware) is None:
        return because, "two full nodes, or the bandwidth between them (iperf3)"
    return f"{because}; the bandwidth is known, the bytes of the gradients are not", (
        "`workload.parameters`"
    )


def _known_beyond(fit: Fit, hardware: Hardware, seen: int) -> bool:
    """The links fix the far side where GPUs go through their host already, as they do there."""
    through_host = fit.form == BUS or (fit.form == UNDECIDED and seen >= _LEVELS["PHB"])
    return through_host or hardware.link_bytes_per_second is not None


def _level(gpus: int, nodes: int, links: Links | None) -> int:
    """The farthest link that the first so many GPUs talk across."""
    if nodes > 1:
        return _NODE
    if links is None or gpus < 2 or links.nvlink_ring(gpus):
        return 0
    used = [label for (_, high), label in links.labels.items() if high < gpus]
    return max((_LEVELS["NV" if label.startswith("NV") else label] for label in used), default=0)


def _level_seen(fit: Fit, links: Links | None) -> int:
    return max((_level(p.gpus, p.nodes, links) for p in fit.points if p.gpus > 1), default=-1)


def _estimate(fit: Fit, gpus: int, nodes: int, hardware: Hardware) -> Estimate:
    links = hardware.links
    middle = fit.throughput(gpus, nodes, links)
    forms = [curve.throughput(gpus, nodes, links) for curve in fit.curves]
    unseen = _level(gpus, nodes, links) > _level_seen(fit, links)
    around = _around(fit, gpus) + (_UNSEEN_LEVEL if unseen else 0.0)
    low = min(min(forms) * math.exp(-_FORM_ERROR), middle * math.exp(-around))
    high = max(max(forms) * math.exp(_FORM_ERROR), middle * math.exp(around))
    low, high = _allowed(fit, gpus, low, high, across=nodes > fit.largest.nodes)
    least, most = _between(fit, gpus, nodes)
    low, middle, high = (min(max(each, least), most) for each in (low, middle, high))
    middle = min(max(middle, low), high)
    if unseen and nodes > 1 and not hardware.network_measured:
        low = min(low, _slow_network(fit, gpus, nodes, links))
    basis = Basis.DERIVED if unseen else Basis.FITTED
    return Estimate(min(low, middle), middle, max(high, middle), UNIT, basis)


def _around(fit: Fit, gpus: int) -> float:
    """Half the interval in logarithms; between measured counts, what the curve missed them by."""
    last, single = fit.largest, fit.single
    assert single is not None  # without one there is no curve to be around
    if gpus <= last.gpus:
        return _POINT_ERROR + max(_FORM_ERROR, fit.residual)
    efficiency = min(1.0, last.throughput / last.gpus / single.throughput)
    beyond = math.log2(gpus / last.gpus)
    return _POINT_ERROR + (1 - efficiency) * beyond + fit.residual


def _allowed(fit: Fit, gpus: int, low: float, high: float, *, across: bool) -> tuple[float, float]:
    """Beyond the last point no more than its rate on every GPU, nor much less than itself; a
    network may make more GPUs slower than fewer, so there the floor is no floor."""
    last = fit.largest
    if gpus <= last.gpus:
        return low, high
    roof = _ROOF * last.throughput / last.gpus * gpus
    floor = 0.0 if across else _FLOOR * last.throughput
    return max(low, floor), min(high, roof)


def _between(fit: Fit, gpus: int, nodes: int) -> tuple[float, float]:
    """What the two nearest measured counts allow, by their own spread and error: at most the higher
    of them. At least the lower of them where both talk across the same kind of link; the first GPU
    across a slower one may make all slower, and then the rate of a GPU in the larger count is what
    holds."""
    fewer = [point for point in fit.points if point.gpus < gpus]
    more = [point for point in fit.points if point.gpus > gpus]
    measured = len(fewer) + len(more) < len(fit.points)
    if measured or not fewer or not more:
        return 0.0, math.inf
    place = _place(gpus, nodes)

    def nearness(point: Point) -> tuple[int, bool]:
        return abs(point.gpus - gpus), _place(point.gpus, point.nodes) != place

    below, above = min(fewer, key=nearness), min(more, key=nearness)
    most = max(below.high, above.high) * math.exp(_POINT_ERROR)
    same = [_place(each.gpus, each.nodes) == place for each in (below, above)]
    floor = min(below.low, above.low) if all(same) else above.low * gpus / above.gpus
    return (floor * math.exp(-_POINT_ERROR) if same[1] else 0.0), most


def _place(gpus: int, nodes: int) -> int:
    """Alone, on one node, on several."""
    return 0 if gpus == 1 else 1 if nodes == 1 else 2


def _slow_network(fit: Fit, gpus: int, nodes: int, links: Links | None) -> float:
    """With the share of the line rate that a poor network leaves."""
    slow = [replace(curve, network=curve.network / _NETWORK_SHARE) for curve in fit.curves]
    return min(curve.throughput(gpus, nodes, links) for curve in slow)


def flags_of(fit: Fit, links: Links | None) -> tuple[Flag, ...]:
    """What the points themselves say that no curve may smooth over."""
    found = list(fit.flags)
    single = fit.single
    if single is None:
        message = "no point on one GPU: efficiency and every prediction need it"
        found.append(Flag("no-single-gpu", message, fit.strategy))
    for point in fit.points:
        found += _spread(fit.strategy, point)
        if single and point.throughput > single.throughput * point.gpus * 1.02:
            share = point.throughput / point.gpus / single.throughput
            message = f"{point.gpus} GPUs run at {share:.0%} of one GPU's rate each: measure again"
            found.append(Flag("super-linear", message, fit.strategy, point.gpus))
    shared = _per_gpu(fit)
    found += shared
    for before, after in pairwise(fit.points if not shared else ()):
        if after.throughput < before.throughput * 0.99 and after.gpus > before.gpus:
            found.append(_fall(fit, before, after, links))
    falls = {flag.gpus for flag in found if flag.slug == "non-monotone"}
    for point in fit.points if fit.curves else ():
        off = off_by(fit, point, links)
        if point.gpus > 1 and abs(off) > _UNEXPLAINED and point.gpus not in falls:
            message = f"{point.gpus} GPUs are {math.expm1(off):+.0%} from the fit: measure again"
            found.append(Flag("off-the-curve", message, fit.strategy, point.gpus))
    return tuple(found)


def _per_gpu(fit: Fit) -> list[Flag]:
    """Throughputs that hardly fall from one GPU on, as shares do and sums do not."""
    single, more = fit.single, [point for point in fit.points if point.gpus > 1]
    if single is None or not more:
        return []
    rates = [single.throughput, *(point.throughput for point in more)]
    falls = all(after <= before * (1 + _POINT_ERROR) for before, after in pairwise(rates))
    if not falls or rates[-1] < _LEAST_SHARE * rates[0]:
        return []
    last = more[-1]
    percent = abs(rates[0] - 100) < 0.5 or abs(rates[0] - 1) < 0.005
    looks = "efficiency, or throughput of one GPU," if percent else "throughput of one GPU"
    by = " and by the throughput on one" if percent else ""
    message = (
        f"1 GPU has {rates[0]:g} and {last.gpus} have {rates[-1]:g}, which looks like {looks} and "
        f"not of all: multiply each row by its GPUs{by}"
    )
    return [Flag("per-gpu-throughput", message, fit.strategy, last.gpus)]


def _fall(fit: Fit, before: Point, after: Point, links: Links | None) -> Flag:
    """More GPUs that do less; the form may explain it, as a filling host path does."""
    message = (
        f"{after.gpus} GPUs do {after.throughput:g} samples/s and {before.gpus} do "
        f"{before.throughput:g}"
    )
    off = off_by(fit, after, links) if fit.curves else math.inf
    if abs(off) <= _UNEXPLAINED and not _proven(fit):
        message += f": the {fit.form} form can explain it, and one more count would prove it"
    elif abs(off) <= _UNEXPLAINED:
        message += f": the {fit.form} form explains it, within {abs(math.expm1(off)):.0%}"
    else:
        message += ": no form explains it, so measure both again"
    return Flag("non-monotone", message, fit.strategy, after.gpus)


def _proven(fit: Fit) -> bool:
    """A curve has two constants beside the step on one GPU, so two counts it always meets."""
    return len({point.gpus for point in fit.points if point.gpus > 1}) > 2


def _spread(strategy: str, point: Point) -> list[Flag]:
    share = (point.high - point.low) / point.throughput
    if share <= _SPREAD:
        return []
    message = f"{point.repeats} runs on {counted(point.gpus, 'GPU')} differ by {share:.0%}"
    message += "; the median counts"
    return [Flag("repeats-differ", message, strategy, point.gpus)]
