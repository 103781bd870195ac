"""Where the time of a step goes, and what is likely to hold it up."""

from __future__ import annotations

from dataclasses import replace

from awsml.basis import Basis, Estimate
from awsml.cluster import Hardware, Transformer
from awsml.estimate.scaling import BUS, RING, Fit, gradient_bytes
from awsml.estimate.scaling_series import Point

# Throughputs that differ by less are alike: the spread of a bad run (`off-the-curve`).
_ALIKE = 0.10
_MORE_GPUS = 1.5
_LONG = 0.25  # share of a step that waits, above which a path of its own is no full answer
_HOST = "the host (data loading, CPU)"
_TRY = "time a run on made-up data, or with more loader workers"


def path_bandwidth(each: Fit, model: Transformer) -> Estimate:
    """Bytes a second of what limits a node: one NUMA node's host path, or a GPU's own link."""
    bytes_ = gradient_bytes(model)
    if bytes_ is None or len(each.curves) != 1 or not each.curves[0].volume:
        return Estimate.unknown("GB/s", "workload.parameters, hardware.topology")
    value = bytes_ / each.curves[0].volume / 1e9
    return Estimate.within(value, max(0.05, each.residual), "GB/s", Basis.FITTED)


def loss(each: Fit, hardware: Hardware, model: Transformer) -> str:
    """Where the time of a step goes at the largest measured count, in words."""
    point, single = each.largest, each.single
    assert single is not None
    batch = each.batch or 1.0
    step, alone = batch * point.gpus / point.throughput, batch / single.throughput
    if point.gpus == 1:
        return each.left_out or "only one GPU was measured"
    text = f"on {point.gpus} GPUs a step takes {step:.3g} s"
    if step <= alone:
        less = "no longer than" if step > alone * (1 - _ALIKE) else "less than"
        again = "" if step > alone * (1 - _ALIKE) else "; measure one GPU again"
        return f"{text}, {less} the {alone:.3g} s on one GPU, so no waiting is seen{again}"
    waiting = step - alone
    text += (
        f": {alone:.3g} s of work, as on one GPU, and {waiting:.3g} s ({waiting / step:.0%}) "
        "waiting for gradients"
    )
    return text + _cause(each, point, hardware, model, waiting / step)


def _cause(each: Fit, point: Point, hardware: Hardware, model: Transformer, waiting: float) -> str:
    flat, even = _flat_inside(each), _even_over_nodes(each)
    nodes = f"{even[0].nodes} nodes do {even[1]:.2f} times as much as one" if even else ""
    if flat and (even or each.form == RING):
        fewer, more = flat
        nodes = f", while {nodes}" if nodes else ""
        return (
            f", or for the host: in a node {more.gpus} GPUs do no more than {fewer.gpus}{nodes}; "
            f"no link explains that, so {_HOST} is the likely limit: {_TRY}"
        )
    if even and waiting > _LONG:
        return (
            f"; {nodes}, so the wait is inside each node and "
            f"not between them: its links, or {_HOST}; {_TRY}"
        )
    if point.nodes > 1 and _network_is_longer(each, point, hardware):
        return "; the network between the nodes is the longer part"
    if not each.curves or len(each.curves) != 1:
        return _undecided(each, point, flat)
    path = path_bandwidth(each, model)
    rate = f" of some {path.expected:.3g} GB/s" if path.expected else ""
    links = hardware.links
    if each.form == BUS:
        sharing = links.local(point.gpus) if links else point.gpus
        who = f"{sharing} GPUs of a NUMA node share" if sharing > 1 else "the GPUs of a node share"
        return f"; {who} one host path{rate}, so each one more adds"
    text = f"; each GPU has a link{rate} of its own, so the wait hardly grows with their number"
    return f"{text}; so long a wait may be {_HOST} too: {_TRY}" if waiting > _LONG else text


def _network_is_longer(each: Fit, point: Point, hardware: Hardware) -> bool:
    """By more than what makes two throughputs alike, in every form that is left open."""
    place = (point.gpus, point.nodes, hardware.links)
    steps = [
        (curve.single + curve.exposed(*place), replace(curve, network=0.0)) for curve in each.curves
    ]
    return bool(steps) and all(
        step > (inside.single + inside.exposed(*place)) * (1 + _ALIKE) for step, inside in steps
    )


def _undecided(each: Fit, point: Point, flat: tuple[Point, Point] | None) -> str:
    if flat is None or point.nodes > 1:
        return ""
    fewer, more = flat
    return (
        f"; {more.gpus} GPUs do no more than {fewer.gpus}: they share one host path, or {_HOST} "
        f"is the limit: {_TRY}"
    )


def _flat_inside(each: Fit) -> tuple[Point, Point] | None:
    """Two counts of one node of which the larger does no more."""
    inside = [point for point in each.points if point.nodes == 1 and point.gpus > 1]
    if not inside:
        return None
    more = inside[-1]
    fewer = [point for point in inside if point.gpus * _MORE_GPUS <= more.gpus]
    alike = [p for p in fewer if more.throughput <= p.throughput * (1 + _ALIKE)]
    return (alike[0], more) if alike else None


def _even_over_nodes(each: Fit) -> tuple[Point, float] | None:
    """The most full nodes that were measured, and how often they do what one does, where that is
    about once each."""
    full = max((p for p in each.points if p.nodes == 1), key=lambda p: p.gpus, default=None)
    if full is None or full.gpus == 1:
        return None
    across = [p for p in each.points if p.nodes > 1 and p.gpus == full.gpus * p.nodes]
    last = max(across, key=lambda p: p.nodes, default=None)
    times = last.throughput / full.throughput if last else 0.0
    return (last, times) if last and times >= last.nodes * (1 - _ALIKE) else None
