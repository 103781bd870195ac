"""A report, and what it is held against: its measurements, its machine, what is known of cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from awsml.catalog.cards import card
from awsml.cluster import Hardware, Measurement, Transformer
from awsml.estimate.memory import training_gib
from awsml.finding import Confidence, Finding, Level
from awsml.kinds.cluster.claims import Claim, Configuration
from awsml.kinds.cluster.spec import ClusterSpec

ROUNDING = 0.025  # a ratio printed with two digits
SAME = 0.01
CONTRADICTED = 1.2
STATES = {"full": 16.0, "8-bit": 10.0, "lora": 2.3, "offload": 2.0}
FIGURES = ("throughput", "speedup", "efficiency", "bandwidth")
RATIOS = ("speedup", "efficiency")


@dataclass(frozen=True, slots=True)
class Told:
    """The report, and what it is held against."""

    spec: ClusterSpec
    points: Sequence[Measurement]
    hardware: Hardware
    model: Transformer

    @property
    def claims(self) -> list[tuple[str, Claim]]:
        return [(f"claims[{index}]", claim) for index, claim in enumerate(self.spec.claims)]

    @property
    def strategies(self) -> list[str]:
        return list(dict.fromkeys(point.strategy for point in self.points))

    def rate(self, strategy: str | None, gpus: int | None, nodes: int) -> float | None:
        """The measured throughput of a configuration."""
        rates = [
            p.throughput
            for p in self.points
            if (p.strategy, p.gpus, p.nodes) == (strategy, gpus, nodes)
        ]
        return median(rates) if rates else None

    def memory(self, claim: Configuration) -> float | None:
        known = card(claim.card) if claim.card else None
        return known.memory_gib if known else None if claim.card else self.hardware.memory_gib

    def fits_one(self, claim: Claim) -> bool | None:
        """Whether training of the claim's model has a one-GPU baseline at all."""
        return self.fits(claim, 1, 0)

    def fits(self, claim: Claim, gpus: int, stage: int) -> bool | None:
        """Whether the claim's model may train on so many GPUs; None where nothing tells."""
        memory = self.memory(claim)
        if claim.parameters is None or memory is None:
            return None
        needs = training_gib(modelled(self.model, claim), gpus, stage).low
        return needs is None or needs <= memory


def computed(told: Told, claim: Claim) -> dict[str, float]:
    """The claim's ratio by strategy, from measurements: of its own, or of all where it has none."""
    found = {}
    for name in [claim.strategy] if claim.strategy else told.strategies:
        base = claim.base or Configuration(gpus=1)
        mine = told.rate(name, claim.gpus, claim.nodes)
        other = told.rate(base.strategy or name, base.gpus or 1, base.nodes)
        if mine is None or other is None or claim.gpus is None:
            continue
        ratio = mine / other
        share = claim.gpus / (base.gpus or 1)
        found[name] = ratio if claim.of == "speedup" else ratio / share
    return found


def modelled(model: Transformer, claim: Claim) -> Transformer:
    """The claim's model at its most modest: one short sample, activations computed again."""
    return replace(
        model,
        parameters=claim.parameters,
        layers=None,
        hidden=None,
        heads=None,
        kv_heads=None,
        batch=1,
        recompute=True,
        state_bytes=STATES[claim.states],
    )


def elsewhere(claim: Claim) -> bool:
    """Of another model, card or link than the measurements are."""
    return claim.parameters is not None or claim.card is not None or claim.part is not None


def says(claim: Claim) -> str:
    where = f" ({claim.table})" if claim.table else ""
    return f"`{claim.says}`{where}"


def close(value: float, other: float) -> bool:
    return abs(value - other) <= ROUNDING * abs(other)


def found(slug: str, field: str, message: str, hint: str) -> Finding:
    return Finding(slug, Level.WARNING, message, hint, Confidence.VERIFIED, field=field)
