"""A cluster spec in numbers. Files it names are read where it is decided."""

from __future__ import annotations

from dataclasses import dataclass

from awsml.catalog.cards import card
from awsml.cluster import Hardware, Links, Transformer
from awsml.kinds.cluster.spec import ClusterSpec

# Bytes kept of one parameter: 16-bit weights and gradients, and what the optimizer needs.
STATE_BYTES = {"adam": 16.0, "adam-8bit": 10.0, "bf16": 8.0, "lora": 2.3}
GRADIENT_BYTES = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0}
WEIGHT_BYTES = {"16-bit": 2.0, "8-bit": 1.0, "4-bit": 0.56}


@dataclass(frozen=True, slots=True)
class ClusterWorkload:
    """What the scenario itself says of machines and model."""

    hardware: Hardware
    model: Transformer


def describe_cluster(spec: ClusterSpec) -> ClusterWorkload:
    return ClusterWorkload(_hardware(spec), _model(spec))


def _hardware(spec: ClusterSpec) -> Hardware:
    given = spec.hardware
    known = card(given.gpu) if given.gpu else None
    return Hardware(
        gpus=given.gpus,
        nodes=given.nodes,
        card=given.gpu,
        memory_gib=given.memory / 1024 if given.memory else known.memory_gib if known else None,
        links=_links(spec),
        link_bytes_per_second=given.link / 8 if given.link else None,
        network_bits_per_second=given.network,
        network_measured=given.network_measured,
        card_usd=float(given.price) if given.price is not None else None,
        host_usd=float(given.host_price) if given.host_price is not None else None,
        watts=given.power or (known.watts if known else None),
        years=given.years,
        kwh_usd=float(given.electricity),
    )


def _links(spec: ClusterSpec) -> Links | None:
    """What the fields say; a topology file says more, and is read later."""
    given = spec.hardware
    gpus = given.gpus or len(given.numa)
    if not gpus or (given.peer is None and not given.numa):
        return None
    status = {True: "OK", False: "CNS"}
    pairs = [(low, high) for low in range(gpus) for high in range(low + 1, gpus)]
    peer = {} if given.peer is None else dict.fromkeys(pairs, status[given.peer])
    return Links(gpus, peer=peer, numa=tuple(given.numa))


def _model(spec: ClusterSpec) -> Transformer:
    work = spec.workload
    return Transformer(
        parameters=work.parameters,
        layers=work.layers,
        hidden=work.hidden,
        heads=work.heads,
        kv_heads=work.kv_heads,
        vocabulary=work.vocabulary,
        sequence=work.sequence,
        batch=work.batch,
        gradient_bytes=GRADIENT_BYTES[work.gradients],
        state_bytes=STATE_BYTES[work.optimizer],
        weight_bytes=WEIGHT_BYTES[work.weights],
        recompute=work.recompute,
        flash=work.flash,
    )
