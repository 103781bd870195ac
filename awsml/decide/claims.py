"""A benchmark report against its own measurements and what is known: fourteen rules.

Each rule looks at every claim and says what it found with the arithmetic. A report that labels its
columns, keeps one base, gives its estimates grounds and prints what it measured has no finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from awsml.catalog.cards import card
from awsml.cluster import Hardware, Measurement, Transformer
from awsml.decide.scaling import Answer
from awsml.estimate.memory import inference_gib, training_gib
from awsml.finding import Confidence, Finding, Level
from awsml.kinds.cluster.claims import Claim, Configuration
from awsml.kinds.cluster.describe import WEIGHT_BYTES, ClusterWorkload
from awsml.kinds.cluster.spec import ClusterSpec

_ROUNDING = 0.025  # a ratio printed with two digits
_SAME = 0.01
_CONTRADICTED = 1.2
_STATES = {"full": 16.0, "8-bit": 10.0, "lora": 2.3, "offload": 2.0}
_FIGURES = ("throughput", "speedup", "efficiency", "bandwidth")
_RATIOS = ("speedup", "efficiency")


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
        """Whether full training of the claim's model has a one-GPU baseline at all."""
        memory = self.memory(claim)
        if claim.parameters is None or memory is None:
            return None
        needs = training_gib(_modelled(self.model, claim), 1, 0).low
        return needs is None or needs <= memory


Rule = Callable[[Told], Iterator[Finding]]


def claim_findings(
    spec: ClusterSpec, workload: ClusterWorkload, answer: Answer, points: Sequence[Measurement]
) -> list[Finding]:
    if not spec.claims:
        return []
    told = Told(spec, points, answer.hardware, workload.model)
    return [finding for rule in RULES for finding in rule(told)]


def ratios_recomputed(told: Told) -> Iterator[Finding]:
    """Every ratio from its table."""
    for field, claim in told.claims:
        if claim.of not in _RATIOS or claim.value is None or claim.concludes:
            continue
        if claim.label == "estimated" or _elsewhere(claim):
            continue
        if claim.base and claim.base.strategy != claim.strategy:
            continue
        computed = _computed(told, claim)
        if not computed:
            continue
        near = [name for name, ratio in computed.items() if _close(claim.value, ratio)]
        shown = ", ".join(f"{ratio:.3g} for {name}" for name, ratio in computed.items())
        if not near:
            message = f"{_says(claim)}, and the measurements give {shown}"
            yield _found("report-ratio-wrong", field, message, "print the ratio of the table")
        elif len(near) < len(computed):
            message = f"{_says(claim)} with no strategy named, and it is {near[0]}'s: {shown}"
            hint = f"label the column: `strategy: {near[0]}`"
            yield _found("report-ratio-wrong", field, message, hint)


def one_base_per_column(told: Told) -> Iterator[Finding]:
    """A ratio of two strategies is no speed-up of either."""
    for field, claim in told.claims:
        base = claim.base
        if claim.of not in _RATIOS or base is None or base.strategy in (None, claim.strategy):
            continue
        mine = told.rate(claim.strategy, claim.gpus, claim.nodes)
        own = told.rate(claim.strategy, base.gpus, base.nodes)
        same = f"; on its own base it is {mine / own:.3g}" if mine and own else ""
        message = f"{_says(claim)}, which divides {claim.strategy} by {base.strategy}{same}"
        yield _found("report-mixed-bases", field, message, f"divide by {claim.strategy} instead")


def one_value_per_quantity(told: Told) -> Iterator[Finding]:
    """The same configuration cannot have two throughputs."""
    seen: dict[tuple[object, ...], tuple[float, str]] = {}
    key: tuple[object, ...]
    for point in told.points:
        key = ("throughput", point.strategy, point.gpus, point.nodes, None, None)
        seen.setdefault(key, (point.throughput, "the measurements"))
    for field, claim in told.claims:
        if claim.of != "throughput" or claim.value is None:
            continue
        key = (claim.of, claim.strategy, claim.gpus, claim.nodes, claim.card, claim.parameters)
        value, where = seen.setdefault(key, (claim.value, claim.table or "the report"))
        if abs(claim.value - value) > _SAME * value:
            message = f"{_says(claim)} is {claim.value:g} here and {value:g} in {where}"
            hint = "print one of them, or say what differed"
            yield _found("report-two-values", field, message, hint)


def falls_are_mentioned(told: Told) -> Iterator[Finding]:
    """More GPUs that did less are the most telling points of a table."""
    mentioned = {(c.strategy, c.gpus) for _, c in told.claims if c.of == "remark"}
    for name in told.strategies:
        points = sorted({(p.gpus, p.throughput) for p in told.points if p.strategy == name})
        for (fewer, before), (more, after) in pairwise(points):
            if more > fewer and after < before * (1 - _SAME) and (name, more) not in mentioned:
                message = (
                    f"{name} falls from {before:g} on {fewer} GPUs to {after:g} on {more}, and the "
                    "report does not say so"
                )
                hint = "measure both again, and explain the fall"
                yield _found("report-non-monotone", "measurements", message, hint)


def conclusions_equal_tables(told: Told) -> Iterator[Finding]:
    """What is concluded is what was measured."""
    for field, claim in told.claims:
        if not claim.concludes or claim.of not in _RATIOS or claim.value is None:
            continue
        computed = _computed(told, claim)
        near = [name for name, ratio in computed.items() if _close(claim.value, ratio)]
        if computed and len(near) < len(computed):
            shown = ", ".join(f"{ratio:.3g} for {name}" for name, ratio in computed.items())
            message = f"the conclusion says {claim.says}, and the measurements give {shown}"
            hint = "conclude the figure of the table, with its strategy"
            yield _found("report-conclusion-differs", field, message, hint)


def estimates_have_grounds(told: Told) -> Iterator[Finding]:
    """A workload, a method, an interval."""
    for field, claim in told.claims:
        if claim.label != "estimated" or claim.of not in _FIGURES:
            continue
        lacks = [] if claim.workload else ["a workload"]
        lacks += [] if claim.method else ["a method"]
        lacks += [] if claim.low is not None and claim.high is not None else ["an interval"]
        if lacks:
            message = f"{_says(claim)} is an estimate without {', '.join(lacks)}"
            hint = "say for which model, how it was estimated, and between what it lies"
            yield _found("report-estimate-ungrounded", field, message, hint)


def labels_are_kept(told: Told) -> Iterator[Finding]:
    """A figure that was not measured says so wherever it is used."""
    for field, claim in told.claims:
        if claim.label is not None or claim.of not in _FIGURES or claim.value is None:
            continue
        measured = _computed(told, claim) or told.rate(claim.strategy, claim.gpus, claim.nodes)
        if (not measured or _elsewhere(claim)) and claim.of != "bandwidth":
            message = f"{_says(claim)} carries no label, and no measurement is behind it"
            yield _found("report-label-lost", field, message, "add `label: estimated`")


def parts_exist(told: Told) -> Iterator[Finding]:
    for field, claim in told.claims:
        name = claim.card or told.hardware.card
        known = card(name) if name else None
        if claim.part is None or known is None or known.takes(claim.part):
            continue
        has = "no NVLink connector" if known.nvlink == "none" else f"NVLink by {known.nvlink} only"
        message = f"{_says(claim)}: there is no {claim.part} for the {known.name}, which has {has}"
        hint = "compare with cards that the part is made for"
        yield _found("report-part-missing", field, message, hint)


def memory_suffices(told: Told) -> Iterator[Finding]:
    for field, claim in told.claims:
        memory = told.memory(claim)
        if claim.of not in ("training", "inference") or memory is None:
            continue
        gpus = claim.gpus or 1
        needs = _least_memory(told, claim, gpus)
        if needs is not None and needs > memory:
            message = (
                f"{_says(claim)} needs at least {needs:.3g} GiB on each of {gpus} GPUs, and one "
                f"has {memory:.3g}"
            )
            hint = "say with what it fits: LoRA, an 8-bit optimizer, offloading, fewer bits"
            yield _found("report-memory-exceeded", field, message, hint)


def _least_memory(told: Told, claim: Claim, gpus: int) -> float | None:
    if claim.of == "training":
        return training_gib(_modelled(told.model, claim), gpus, claim.stage or 0).low
    bits = claim.bits or 16
    size = WEIGHT_BYTES["4-bit"] if bits <= 4 else bits / 8
    return inference_gib(replace(_modelled(told.model, claim), weight_bytes=size), gpus).low


def baselines_exist(told: Told) -> Iterator[Finding]:
    for field, claim in told.claims:
        stated = claim.base is not None and (claim.base.gpus or 1) > 1
        if claim.of not in _RATIOS or stated or told.fits_one(claim) is not False:
            continue
        message = f"{_says(claim)} has no baseline: the model does not train on one such GPU"
        hint = "name the smallest count it runs on: `base: {gpus: 4}`"
        yield _found("report-baseline-missing", field, message, hint)


def estimates_face_measurements(told: Told) -> Iterator[Finding]:
    """An estimate for what the same machine was measured to do."""
    for field, claim in told.claims:
        if claim.of not in _RATIOS or claim.value is None or claim.part or claim.card:
            continue  # another link or card may well do better
        if claim.label == "measured" or claim.concludes:
            continue
        for name, ratio in _computed(told, claim).items():
            foreign = claim.label == "estimated" or claim.parameters is not None
            if foreign and not ratio / _CONTRADICTED <= claim.value <= ratio * _CONTRADICTED:
                message = f"{_says(claim)}, and {name} was measured at {ratio:.3g} on as many GPUs"
                hint = "explain the difference, or take the measured figure"
                yield _found("report-estimate-contradicted", field, message, hint)


def bandwidths_say_what_they_are(told: Told) -> Iterator[Finding]:
    tables: dict[str, list[tuple[str, Claim]]] = {}
    for field, claim in told.claims:
        if claim.of == "bandwidth":
            tables.setdefault(claim.table or "", []).append((field, claim))
    for rows in tables.values():
        kinds = {(claim.direction, claim.scope) for _, claim in rows}
        unclear = [(f, c) for f, c in rows if c.direction is None or c.scope is None]
        if unclear or len(kinds) > 1:
            field, claim = (unclear or rows)[0]
            listed = "; ".join(
                f"{c.says}: {c.direction or 'direction unsaid'}, {c.scope or 'whose unsaid'}"
                for _, c in rows
            )
            hint = "give all of them one way and per GPU"
            message = f"bandwidths that cannot be compared stand together: {listed}"
            yield _found("report-bandwidth-unclear", field, message, hint)


def method_is_told(told: Told) -> Iterator[Finding]:
    method = told.spec.method
    lacks = [
        name for name in ("batch", "precision", "repeats", "date") if not getattr(method, name)
    ]
    if lacks:
        words = {"batch": "per-GPU or global batch", "repeats": "number of repeats"}
        listed = ", ".join(words.get(name, name) for name in lacks)
        message = f"the report does not say: {listed}"
        hint = "write `method: {batch: per-gpu, precision: bf16, repeats: 3, date: 2026-05-01}`"
        yield _found("report-method-missing", "method", message, hint)


def measurements_are_printed(told: Told) -> Iterator[Finding]:
    for field, claim in told.claims:
        if claim.of == "measurement" and claim.value is None:
            message = f"{claim.says} was measured, and its figure is not printed"
            yield _found("report-measurement-withheld", field, message, "add its `value`")


RULES: tuple[Rule, ...] = (
    ratios_recomputed,
    one_base_per_column,
    one_value_per_quantity,
    falls_are_mentioned,
    conclusions_equal_tables,
    estimates_have_grounds,
    labels_are_kept,
    parts_exist,
    memory_suffices,
    baselines_exist,
    estimates_face_measurements,
    bandwidths_say_what_they_are,
    method_is_told,
    measurements_are_printed,
)


def _computed(told: Told, claim: Claim) -> dict[str, float]:
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


def _modelled(model: Transformer, claim: Claim) -> Transformer:
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
        state_bytes=_STATES[claim.states],
    )


def _elsewhere(claim: Claim) -> bool:
    """Of another model, card or link than the measurements are."""
    return claim.parameters is not None or claim.card is not None or claim.part is not None


def _says(claim: Claim) -> str:
    where = f" ({claim.table})" if claim.table else ""
    return f"`{claim.says}`{where}"


def _close(value: float, other: float) -> bool:
    return abs(value - other) <= _ROUNDING * abs(other)


def _found(slug: str, field: str, message: str, hint: str) -> Finding:
    return Finding(slug, Level.WARNING, message, hint, Confidence.VERIFIED, field=field)
