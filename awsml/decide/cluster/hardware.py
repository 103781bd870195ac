"""What a scenario says of its machines that is not known, or that its own files contradict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from awsml.catalog.cards import card, card_names
from awsml.cluster import Hardware, Links, Measurement
from awsml.finding import Confidence, Finding, Fix, Level
from awsml.kinds.cluster.spec import ClusterSpec
from awsml.nearness import closest, named
from awsml.units import counted


def hardware_findings(
    spec: ClusterSpec, hardware: Hardware, points: Sequence[Measurement]
) -> Iterator[Finding]:
    """Cards that are not known, and a number of GPUs that cannot be right."""
    given = spec.hardware
    if given.gpu is not None and (given.memory is None or given.power is None):
        yield from _unknown_card("hardware.gpu", given.gpu)
    for index, claim in enumerate(spec.claims):
        if claim.card is not None:
            yield from _unknown_card(f"claims[{index}].card", claim.card)
    if given.gpus is not None:
        yield from _other_count(given.gpus, hardware.links, points)


def _unknown_card(field: str, name: str) -> Iterator[Finding]:
    if card(name) is not None:
        return
    known = card_names()
    near = closest(name, known)
    meant = f"did you mean `{near}`? " if near else ""
    own = "" if field.startswith("claims") else "; or give `hardware.memory` and `hardware.power`"
    yield Finding(
        "unknown-card",
        Level.WARNING,
        f"`{name}` is no card that is known here, so its memory, power and links are unknown",
        f"{meant}known: {named(known, len(known))}{own}",
        Confidence.DOCUMENTED,
        field=field,
        fix=Fix(field, near) if near else None,
    )


def _other_count(
    gpus: int, links: Links | None, points: Sequence[Measurement]
) -> Iterator[Finding]:
    """More GPUs were measured in a node than it has, or its topology shows another number."""
    most = max(points, key=lambda point: point.gpus / point.nodes, default=None)
    if most is not None and most.gpus > gpus * most.nodes:
        nodes = "one node" if most.nodes == 1 else f"{most.nodes} nodes"
        line = f"line {most.line}: " if most.line else ""
        yield _doubtful(f"{line}{counted(most.gpus, 'GPU')} were measured in {nodes}", gpus)
    elif links is not None and links.gpus != gpus:
        yield _doubtful(f"`hardware.topology` shows {counted(links.gpus, 'GPU')}", gpus)


def _doubtful(told: str, gpus: int) -> Finding:
    return Finding(
        "doubtful-measurements",
        Level.WARNING,
        f"{told}, and `hardware.gpus` is {gpus}",
        "correct `hardware.gpus`, which is the number in one node, or name the files of this "
        "machine",
        Confidence.VERIFIED,
        field="hardware.gpus",
    )
