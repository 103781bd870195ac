"""What measurements say about more GPUs: fits, predictions or refusals, and where time goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from awsml.catalog.cards import card
from awsml.cluster import Flag, Hardware, Transformer
from awsml.decide.cluster.losses import loss, path_bandwidth
from awsml.estimate.scaling import BUS, RING, Fit, fit, form_of
from awsml.estimate.scaling_prediction import FARTHEST, Prediction, expected_at, flags_of, predict
from awsml.estimate.scaling_series import Point, arranged, gpus_per_node
from awsml.readers.measurements import Measured
from awsml.units import counted

_MOST_DRAWN = 24


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything about scaling, for one set of measurements."""

    hardware: Hardware
    model: Transformer
    form: str
    because: str
    fits: tuple[Fit, ...]
    predictions: tuple[Prediction, ...]
    flags: tuple[Flag, ...]


def answered(
    hardware: Hardware, model: Transformer, measured: Measured, counts: Sequence[int]
) -> Answer:
    known = card(hardware.card) if hardware.card else None
    each_node = None if hardware.gpus else gpus_per_node(measured.points)
    hardware = replace(hardware, gpus=hardware.gpus or each_node)
    form = form_of(hardware, known.peer if known else None)
    strategies = list(dict.fromkeys(point.strategy for point in measured.points))
    fits = tuple(fit(arranged(each, measured.points), hardware, model, form) for each in strategies)
    asked = tuple(counts) or _usual_counts(hardware, fits)
    links = hardware.links
    flags = [*measured.flags, *(links.flags if links else ()), *_inferred(each_node)]
    return Answer(
        hardware,
        model,
        form,
        _because(form, hardware, known.name if known else None),
        fits,
        tuple(predict(each, gpus, hardware) for each in fits for gpus in asked),
        (*flags, *(flag for each in fits for flag in flags_of(each, links))),
    )


def _inferred(each_node: int | None) -> list[Flag]:
    if each_node is None:
        return []
    message = f"{counted(each_node, 'GPU')} a node, the most in a row of the table; `--gpus` or "
    return [Flag("node-inferred", f"{message}`hardware.gpus` says it where a node has more")]


def _usual_counts(hardware: Hardware, fits: Sequence[Fit]) -> tuple[int, ...]:
    """The full node and two of them; without a node, or where several were measured, twice the
    largest measured count."""
    most = max((each.largest.gpus for each in fits), default=0)
    if hardware.gpus:
        return (hardware.gpus, 2 * max(hardware.gpus, most))
    return (2 * most,) if most else ()


def _because(form: str, hardware: Hardware, known: str | None) -> str:
    links = hardware.links
    stated = links is not None and links.peer_access is not None
    if form == RING and links is not None and links.nvlink_ring(links.gpus):
        return "NVLinks lead in a circle through every GPU"
    if form == RING:
        who = "the links say that" if stated else f"of {known} cards"
        return f"{who} every GPU reads the memory of every other one"
    if form == BUS:
        passes = "what GPUs exchange passes the host's memory, a path for each NUMA node"
        return f"{_no_peers(hardware, known)}: {passes}"
    return "nothing tells whether GPUs reach each other directly, so both forms are kept"


def _no_peers(hardware: Hardware, known: str | None) -> str:
    links = hardware.links
    refused = sorted({s for s in links.peer.values() if s != "OK"}) if links else []
    if refused:
        return f"nvidia-smi says {', '.join(refused)}"
    crossed = sorted(set(links.labels.values())) if links and links.peer_access is False else []
    if crossed:
        return f"every link crosses a host bridge ({', '.join(crossed)})"
    return f"{known} cards have no peer access"


def scaling_blocks(answer: Answer) -> dict[str, Any]:
    """The parts of the plan's JSON, all plain values."""
    return {
        "form": answer.form,
        "form_because": answer.because,
        "predictions": [_prediction(each, answer) for each in answer.predictions],
        "fits": [_fit(each, answer) for each in answer.fits],
        "flags": [
            {
                "slug": flag.slug,
                "strategy": flag.strategy,
                "gpus": flag.gpus,
                "message": flag.message,
                "line": flag.line,
            }
            for flag in answer.flags
        ],
    }


def _prediction(each: Prediction, answer: Answer) -> dict[str, Any]:
    entry: dict[str, Any] = {"strategy": each.strategy, "gpus": each.gpus, "nodes": each.nodes}
    if each.throughput is None:
        return entry | {"refused": {"because": each.because, "measure": each.measure}}
    single = next(f.single for f in answer.fits if f.strategy == each.strategy)
    entry["throughput"] = each.throughput.as_json()
    if single is not None:
        share = each.throughput.scaled(1 / (single.throughput * each.gpus), "share")
        entry["efficiency"] = share.as_json()
    return entry


def _fit(each: Fit, answer: Answer) -> dict[str, Any]:
    single = each.single
    return {
        "strategy": each.strategy,
        "batch_per_gpu": each.batch,
        "points": [_point(point, each) for point in each.points],
        "largest_residual": round(each.residual, 4) if each.curves else None,
        "path": path_bandwidth(each, answer.model).as_json(),
        "loss": loss(each, answer.hardware, answer.model) if single else None,
        "curve": _curve(each, answer),
    }


def _point(point: Point, each: Fit) -> dict[str, Any]:
    single = each.single
    entry: dict[str, Any] = {
        "gpus": point.gpus,
        "nodes": point.nodes,
        "throughput": point.throughput,
        "low": point.low,
        "high": point.high,
        "repeats": point.repeats,
    }
    if single is None:
        return entry
    batch = each.batch or 1.0
    step, alone = batch * point.gpus / point.throughput, batch / single.throughput
    return entry | {
        "speedup": round(point.throughput / single.throughput, 4),
        "efficiency": round(point.throughput / single.throughput / point.gpus, 4),
        "step_seconds": round(step, 6),
        "waiting_seconds": round(max(0.0, step - alone), 6),
    }


def _curve(each: Fit, answer: Answer) -> list[Mapping[str, Any]]:
    """The fit at counts up to what was asked or measured, for a chart."""
    if not each.curves:
        return []
    asked = [p.gpus for p in answer.predictions if p.throughput and p.strategy == each.strategy]
    last = min(max([each.largest.gpus, *asked]), FARTHEST * each.largest.gpus)
    step = max(1, last // _MOST_DRAWN)
    drawn = [
        expected_at(each, n, answer.hardware) for n in sorted({*range(1, last + 1, step), last})
    ]
    return [
        {"gpus": p.gpus, **{k: v for k, v in p.throughput.as_json().items() if k != "unit"}}
        for p in drawn
        if p.throughput is not None
    ]
