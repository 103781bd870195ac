"""Memory of one GPU in training, by ZeRO stage, and in serving: fits, only with a change, or not.

Training keeps 16 bytes a parameter with Adam in mixed precision (weights 2, gradients 2, optimizer
12), divided among N GPUs: the optimizer from stage 1, gradients from 2, weights at 3 (ZeRO,
arXiv 1910.02054). Activations of a layer are 34 s b h bytes, and 5 a s^2 b more where attention
keeps its matrix (arXiv 2205.05198). A card of 24 GB has 24 GiB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from awsml.basis import Basis, Estimate
from awsml.cluster import Transformer
from awsml.units import format_rate

GIB = 2**30
# CUDA context and libraries; fragmentation of the allocator, as a share.
_CONTEXT = (0.5, 1.0, 2.0)
_LOST = (0.0, 0.05, 0.10)
# Elements that ZeRO keeps in flight: two buckets of stages 1 and 2, live weights of stage 3.
_IN_FLIGHT = 1e9
_OFFLOAD_CPU = 16  # bytes of a parameter in host memory, times 1.5
# What a serving engine leaves for weights and cache.
_SERVED_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Fits:
    """GiB that one GPU needs, and the verdict: fits, only with `change`, or does not fit."""

    gib: Estimate
    verdict: str
    because: str
    change: str = ""


def training_gib(model: Transformer, gpus: int, stage: int) -> Estimate:
    """What one of `gpus` GPUs holds; unknown without parameters."""
    if not model.parameters:
        return Estimate.unknown("GiB", "workload.parameters")
    fixed = state_gib(model, gpus, stage) + _buffers_gib(model, stage)
    moving = activation_gib(model)
    low, expected, high = (
        (fixed + moving * part + context) * (1 + lost)
        for part, context, lost in zip((0.8, 1.0, 1.2), _CONTEXT, _LOST, strict=True)
    )
    return Estimate(low, expected, high, "GiB", Basis.ESTIMATED)


def state_gib(model: Transformer, gpus: int, stage: int) -> float:
    """Weights, gradients and optimizer of one GPU."""
    parameters = model.parameters or 0.0
    rest = max(0.0, model.state_bytes - 2)
    gradients = 2.0 if rest >= 2 else rest
    weights, gradients, optimizer = 2.0, gradients, rest - gradients
    shared = [optimizer] if stage >= 1 else []
    shared += [gradients] if stage >= 2 else []
    shared += [weights] if stage >= 3 else []
    whole = weights + gradients + optimizer - sum(shared)
    return parameters * (whole + sum(shared) / gpus) / GIB


def _buffers_gib(model: Transformer, stage: int) -> float:
    return 0.0 if stage == 0 else 2 * min(_IN_FLIGHT, model.parameters or 0.0) / GIB


def activation_gib(model: Transformer) -> float:
    """All layers of one step, and the logits, whose 32-bit copy is the peak of small models."""
    shape = shaped(model)
    assert shape.hidden and shape.layers and shape.heads
    tokens = shape.batch * shape.sequence
    layer = 34.0 * tokens * shape.hidden
    if not shape.flash:
        layer += 5.0 * shape.heads * shape.sequence * tokens
    layers = (
        2.0 * tokens * shape.hidden * shape.layers + layer
        if shape.recompute
        else layer * shape.layers
    )
    return (layers + 6.0 * tokens * shape.vocabulary) / GIB


def shaped(model: Transformer) -> Transformer:
    """Layers, hidden size and heads where they are not stated: 12 L h^2 parameters, h = 128 L."""
    parameters = model.parameters or 0.0
    layers = model.layers or max(1, round((parameters / (12 * 128**2)) ** (1 / 3)))
    hidden = model.hidden or max(64, round((parameters / (12 * layers)) ** 0.5))
    heads = model.heads or max(1, round(hidden / 128))
    return replace(model, layers=layers, hidden=hidden, heads=heads)


def training_fits(model: Transformer, gpus: int, stage: int, memory_gib: float | None) -> Fits:
    """The verdict as it stands; then the smallest change that makes it fit."""
    needs = training_gib(model, gpus, stage)
    if needs.expected is None or memory_gib is None:
        missing = needs.missing or ("hardware.memory",)
        return Fits(Estimate.unknown("GiB", *missing), "unknown", f"tell {', '.join(missing)}")
    of = f"{format_rate(needs.expected)} of {format_rate(memory_gib)} GiB"
    if (needs.high or 0.0) <= memory_gib:
        return Fits(needs, "fits", of)
    for change, other, other_stage in _changes(model, gpus, stage):
        there = training_gib(other, gpus, other_stage)
        if there.expected is not None and there.expected <= memory_gib:
            verdict = "marginal" if needs.expected <= memory_gib else "only with"
            because = f"{of}; with {change} {format_rate(there.expected)} GiB"
            return Fits(needs, verdict, because, change)
    if needs.expected <= memory_gib:
        return Fits(needs, "marginal", f"{of}, up to {format_rate(needs.high or 0.0)} GiB")
    return Fits(needs, "does not fit", f"{of}, {_offloaded(model)}")


def trains(model: Transformer, gpus: int, stage: int, memory_gib: float | None) -> Fits:
    """The verdict on a transformer. Of another model only what it cannot do without is known:
    weights, gradients and optimizer; activations are not."""
    states = state_gib(model, gpus, stage)
    if said_transformer(model) or (memory_gib is not None and states > memory_gib):
        return training_fits(model, gpus, stage, memory_gib)
    return _no_transformer(model, memory_gib)


def serves(model: Transformer, gpus: int, memory_gib: float | None) -> Fits:
    """The same for serving: of another model only its weights are known."""
    weights = (model.parameters or 0.0) * model.weight_bytes / gpus / GIB
    if said_transformer(model) or (memory_gib is not None and weights > memory_gib):
        return inference_fits(model, gpus, memory_gib)
    return _no_transformer(model, memory_gib)


def said_transformer(model: Transformer) -> bool:
    return any((model.layers, model.hidden, model.heads, model.kv_heads))


def _no_transformer(model: Transformer, memory_gib: float | None) -> Fits:
    missing = [] if model.parameters else ["workload.parameters"]
    missing += ["workload.layers", "workload.hidden"]
    missing += [] if memory_gib is not None else ["hardware.memory"]
    because = f"tell {', '.join(missing)}, if it is a transformer; of others it has to be measured"
    return Fits(Estimate.unknown("GiB", *missing), "unknown", because)


def _changes(model: Transformer, gpus: int, stage: int) -> Iterator[tuple[str, Transformer, int]]:
    """From the least to the most that has to change; LoRA trains another thing."""
    if not model.recompute:
        yield "recomputed activations", replace(model, recompute=True), stage
    again = replace(model, recompute=True)
    if gpus > 1:
        for higher in range(stage + 1, 4):
            yield f"ZeRO stage {higher} and recomputed activations", again, higher
    if model.state_bytes > 10:
        eight = replace(again, state_bytes=10.0)
        yield "8-bit Adam and recomputed activations", eight, stage
    if model.state_bytes > 2.3:
        yield "LoRA instead of full training", replace(again, state_bytes=2.3), stage


def _offloaded(model: Transformer) -> str:
    host = (model.parameters or 0.0) * _OFFLOAD_CPU * 1.5 / GIB
    return f"nor with LoRA; offloading the optimizer takes some {host:,.0f} GiB of host memory"


def inference_gib(model: Transformer, gpus: int) -> Estimate:
    """Weights divided among GPUs, one sequence's cache, and what the engine needs itself."""
    if not model.parameters:
        return Estimate.unknown("GiB", "workload.parameters")
    weights = model.parameters * model.weight_bytes / GIB
    cache = cache_bytes_per_token(model) * model.sequence * model.batch / GIB
    each = (weights + cache) / gpus
    return Estimate(each, each + _CONTEXT[1], each * 1.1 + _CONTEXT[2], "GiB", Basis.ESTIMATED)


def cache_bytes_per_token(model: Transformer) -> float:
    """Keys and values of all layers at 16 bit; grouped heads where they are stated."""
    shape = shaped(model)
    assert shape.hidden and shape.layers and shape.heads
    kv_heads = shape.kv_heads or shape.heads
    return 2.0 * shape.layers * kv_heads * (shape.hidden / shape.heads) * 2


def inference_fits(model: Transformer, gpus: int, memory_gib: float | None) -> Fits:
    """On `gpus` GPUs that split every layer; heads have to divide among them."""
    needs = inference_gib(model, gpus)
    if needs.expected is None or memory_gib is None:
        missing = needs.missing or ("hardware.memory",)
        return Fits(Estimate.unknown("GiB", *missing), "unknown", f"tell {', '.join(missing)}")
    room = memory_gib * _SERVED_SHARE
    of = f"{format_rate(needs.expected)} of {format_rate(room)} GiB"
    of += f" that an engine uses of {format_rate(memory_gib)}"
    if model.heads and model.heads % gpus:
        because = f"{model.heads} heads do not divide among {gpus} GPUs"
        return Fits(needs, "does not fit", because)
    if needs.expected <= room:
        return Fits(needs, "fits", of)
    for bits, size in ((8, 1.0), (4, 0.56)):
        there = inference_gib(replace(model, weight_bytes=size), gpus).expected
        if size < model.weight_bytes and there is not None and there <= room:
            change = f"{bits}-bit weights"
            return Fits(needs, "only with", f"{of}; with {change} {format_rate(there)} GiB", change)
    return Fits(needs, "does not fit", of)
