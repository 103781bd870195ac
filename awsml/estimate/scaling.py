"""How throughput grows with GPUs: a form chosen from the links, fitted to what was measured.

    step(N) = step(1) + max(0, C(N) - overlap)
    ring:        C = 2(N-1)/N x V          every GPU has a path of its own (NVLink, P2P)
    shared bus:  C = n x 2(N-1)/N x V      n GPUs of one NUMA node share its host path
    network:     C = 2(N-1)/N x W, where it is longer than the one inside the nodes

V and W are gradient bytes over bandwidth, in seconds; all in logarithms of throughput, since
errors are relative. Two points cannot tell the forms apart, so without links both are kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from awsml.cluster import Flag, Hardware, Links, Transformer
from awsml.estimate.scaling_series import Point, Series

RING, BUS, UNDECIDED = "ring", "shared-bus", "undecided"
# TCP over Ethernet with 1,500-byte frames carries 1,460 of 1,538 bytes.
_GOODPUT = 1460 / 1538
# Gradients are sent while the backward pass, some two thirds of a step, still runs.
_MOST_OVERLAP = 0.6
_OVERLAPS = 12  # tried at once; three rounds come to a thousandth of a step
_STEPS = 24  # of a golden section: a hundred thousandth of its range


@dataclass(frozen=True, slots=True)
class Curve:
    """One form with its constants; times are seconds for `batch` samples on each GPU."""

    form: str
    single: float  # seconds of a step on one GPU
    volume: float  # V
    overlap: float
    network: float  # W; 0 where nothing crosses nodes
    batch: float

    def exposed(self, gpus: int, nodes: int, links: Links | None) -> float:
        """Seconds of a step in which GPUs wait for gradients."""
        inside = self.volume * unit_time(self.form, gpus, nodes, links)
        across = self.network * ring_factor(gpus) if nodes > 1 else 0.0
        return max(0.0, max(inside, across) - self.overlap)

    def throughput(self, gpus: int, nodes: int, links: Links | None) -> float:
        return self.batch * gpus / (self.single + self.exposed(gpus, nodes, links))


@dataclass(frozen=True, slots=True)
class Fit:
    """One strategy fitted: a curve for each form that its links leave open."""

    strategy: str
    form: str
    points: tuple[Point, ...]
    curves: tuple[Curve, ...] = ()
    flags: tuple[Flag, ...] = ()
    batch: float | None = None
    residual: float = 0.0  # largest of |log(measured / fitted)|

    @property
    def single(self) -> Point | None:
        return next((point for point in self.points if point.gpus == 1), None)

    @property
    def left_out(self) -> str:
        """Why there is one GPU only, where larger counts were measured and put aside."""
        slugs = ("strong-scaling", "mixed-batch", "mixed-host")
        return next((flag.message for flag in self.flags if flag.slug in slugs), "")

    @property
    def largest(self) -> Point:
        return max(self.points, key=lambda point: (point.gpus, point.throughput))

    def throughput(self, gpus: int, nodes: int, links: Links | None) -> float:
        """The middle of the curves that are left open, in logarithms."""
        values = [math.log(curve.throughput(gpus, nodes, links)) for curve in self.curves]
        return math.exp(sum(values) / len(values))


def ring_factor(gpus: int) -> float:
    """What an all-reduce sends over each link, in units of the gradients."""
    return 2 * (gpus - 1) / gpus


def unit_time(form: str, gpus: int, nodes: int, links: Links | None) -> float:
    """C(N) for V = 1, inside the nodes."""
    if form == RING:
        return ring_factor(gpus)
    on_one = math.ceil(gpus / nodes)
    return (links.local(on_one) if links else on_one) * ring_factor(gpus)


def form_of(hardware: Hardware, peer_of_card: bool | None = None) -> str:
    """Ring where every GPU reaches every other one, a shared bus where none does directly.
    `peer_of_card` is what is known of the card where the links themselves do not tell."""
    links = hardware.links
    if links and links.nvlink_ring(links.gpus):
        return RING
    stated = links.peer_access if links else None
    peer = stated if stated is not None else peer_of_card
    return UNDECIDED if peer is None else RING if peer else BUS


def fit(
    series: Series, hardware: Hardware, model: Transformer | None = None, form: str = UNDECIDED
) -> Fit:
    """Curves through the points; without a point on one GPU there is no curve."""
    base = Fit(series.strategy, form, series.points, flags=series.flags, batch=series.batch)
    single = base.single
    if single is None:
        return base
    forms = (RING, BUS) if form == UNDECIDED else (form,)
    curves = tuple(_curve(each, series, single, hardware, model) for each in forms)
    fitted = replace(base, curves=curves)
    off = [_off(fitted, point, hardware.links) for point in series.points if point.gpus > 1]
    return replace(fitted, residual=max(map(abs, off), default=0.0))


def off_by(fitted: Fit, point: Point, links: Links | None) -> float:
    """log(measured / fitted)."""
    return _off(fitted, point, links)


def _off(fitted: Fit, point: Point, links: Links | None) -> float:
    return math.log(point.throughput / fitted.throughput(point.gpus, point.nodes, links))


def _curve(
    form: str, series: Series, single: Point, hardware: Hardware, model: Transformer | None
) -> Curve:
    batch = series.batch or 1.0
    start = Curve(form, batch / single.throughput, 0.0, 0.0, 0.0, batch)
    inside = [point for point in series.points if point.gpus > 1 and point.nodes == 1]
    if inside:
        start = _fitted_inside(start, inside, hardware.links)
    elif hardware.link_bytes_per_second and (bytes_ := gradient_bytes(model)):
        start = replace(start, volume=bytes_ / hardware.link_bytes_per_second)
    across = [point for point in series.points if point.nodes > 1]
    return replace(start, network=_network(start, across, hardware, model))


def _fitted_inside(start: Curve, points: Sequence[Point], links: Links | None) -> Curve:
    """V for each overlap tried, then finer around the best; one count cannot tell the overlap."""
    steps = [
        (unit_time(start.form, p.gpus, 1, links), start.batch * p.gpus / p.throughput)
        for p in points
    ]
    if len({point.gpus for point in points}) < 2:
        return replace(start, volume=_volume(start.single, 0.0, steps)[1])
    low, high = 0.0, _MOST_OVERLAP * start.single
    best = (math.inf, 0.0, 0.0)
    for _ in range(3):
        width = (high - low) / _OVERLAPS
        tried = [low + i * width for i in range(_OVERLAPS + 1)]
        # Of overlaps that fit alike the least: nothing shows that more is hidden.
        best = min((*_volume(start.single, overlap, steps), overlap) for overlap in tried)
        low, high = max(0.0, best[2] - width), min(high, best[2] + width)
    return replace(start, volume=best[1], overlap=best[2])


Steps = Sequence[tuple[float, float]]  # C(N) for V = 1, and the measured seconds of a step


def _volume(single: float, overlap: float, steps: Steps) -> tuple[float, float]:
    """The least misfit in log throughput and its V, by golden section between what points imply."""
    implied = [max(0.0, step - single + overlap) / unit for unit, step in steps]
    low, high = min(implied), max(implied)

    def misfit(volume: float) -> float:
        return sum(
            math.log((single + max(0.0, volume * unit - overlap)) / step) ** 2
            for unit, step in steps
        )

    best = high if high - low <= 1e-12 else _least(misfit, low, high)
    return misfit(best), best


def _least(value: Callable[[float], float], low: float, high: float) -> float:
    """Golden section: the place of the least value between two."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = value(left), value(right)
    for _ in range(_STEPS):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = value(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = value(right)
    return (low + high) / 2


def _network(
    curve: Curve, across: Sequence[Point], hardware: Hardware, model: Transformer | None
) -> float:
    """W from points on several nodes where there are any, else from the bandwidth given."""
    if across:
        waits = [
            max(0.0, curve.batch * p.gpus / p.throughput - curve.single + curve.overlap)
            / ring_factor(p.gpus)
            for p in across
        ]
        return median(waits)
    bandwidth = network_bytes_per_second(hardware)
    bytes_ = gradient_bytes(model)
    return bytes_ / bandwidth if bandwidth and bytes_ else 0.0


def network_bytes_per_second(hardware: Hardware) -> float | None:
    """A line rate less what the frames take; a measured bandwidth as it is."""
    bits = hardware.network_bits_per_second
    if not bits:
        return None
    return bits / 8 * (1.0 if hardware.network_measured else _GOODPUT)


def gradient_bytes(model: Transformer | None) -> float | None:
    if model is None or not model.parameters:
        return None
    return model.parameters * model.gradient_bytes
