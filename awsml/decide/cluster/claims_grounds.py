"""What stands behind a report's figures: labels, methods, units, parts, memory, baselines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from awsml.catalog.cards import card
from awsml.decide.cluster.claims_told import (
    FIGURES,
    RATIOS,
    Told,
    computed,
    elsewhere,
    found,
    modelled,
    says,
)
from awsml.decide.cluster.settings import stage_of
from awsml.estimate.memory import inference_gib, training_gib
from awsml.finding import Finding
from awsml.kinds.cluster.claims import Claim
from awsml.kinds.cluster.describe import WEIGHT_BYTES
from awsml.units import counted


def estimates_have_grounds(told: Told) -> Iterator[Finding]:
    """A workload, a method, an interval."""
    for field, claim in told.claims:
        if claim.label != "estimated" or claim.of not in FIGURES:
            continue
        lacks = [] if claim.workload else ["a workload"]
        lacks += [] if claim.method else ["a method"]
        lacks += [] if claim.low is not None and claim.high is not None else ["an interval"]
        if lacks:
            message = f"{says(claim)} is an estimate without {', '.join(lacks)}"
            hint = "say for which model, how it was estimated, and between what it lies"
            yield found("report-estimate-ungrounded", field, message, hint)


def labels_are_kept(told: Told) -> Iterator[Finding]:
    """A figure that was not measured says so wherever it is used."""
    for field, claim in told.claims:
        if claim.label is not None or claim.of not in FIGURES or claim.value is None:
            continue
        measured = computed(told, claim) or told.rate(claim.strategy, claim.gpus, claim.nodes)
        if (not measured or elsewhere(claim)) and claim.of != "bandwidth":
            message = f"{says(claim)} carries no label, and no measurement is behind it"
            yield found("report-label-lost", field, message, "add `label: estimated`")


def parts_exist(told: Told) -> Iterator[Finding]:
    for field, claim in told.claims:
        name = claim.card or told.hardware.card
        known = card(name) if name else None
        if claim.part is None or known is None or known.takes(claim.part):
            continue
        has = "no NVLink connector" if known.nvlink == "none" else f"NVLink by {known.nvlink} only"
        message = f"{says(claim)}: there is no {claim.part} for the {known.name}, which has {has}"
        hint = "compare with cards that the part is made for"
        yield found("report-part-missing", field, message, hint)


def memory_suffices(told: Told) -> Iterator[Finding]:
    for field, claim in told.claims:
        memory = told.memory(claim)
        if claim.of not in ("training", "inference") or memory is None:
            continue
        gpus = claim.gpus or 1
        needs = _least_memory(told, claim, gpus)
        if needs is not None and needs > memory:
            message = (
                f"{says(claim)} needs at least {needs:.3g} GiB on each of "
                f"{counted(gpus, 'GPU')}, and one has {memory:.3g}"
            )
            hint = "say with what it fits: LoRA, an 8-bit optimizer, offloading, fewer bits"
            yield found("report-memory-exceeded", field, message, hint)


def _least_memory(told: Told, claim: Claim, gpus: int) -> float | None:
    if claim.of == "training":
        return training_gib(modelled(told.model, claim), gpus, claim.stage or 0).low
    bits = claim.bits or 16
    size = WEIGHT_BYTES["4-bit"] if bits <= 4 else bits / 8
    return inference_gib(replace(modelled(told.model, claim), weight_bytes=size), gpus).low


def baselines_exist(told: Told) -> Iterator[Finding]:
    for field, claim in told.claims:
        stated = claim.base is not None and (claim.base.gpus or 1) > 1
        if claim.of not in RATIOS or stated or told.fits_one(claim) is not False:
            continue
        message = f"{says(claim)} has no baseline: the model does not train on one such GPU"
        yield found("report-baseline-missing", field, message, _baseline_hint(told, claim))


def _baseline_hint(told: Told, claim: Claim) -> str:
    """The fewest GPUs that hold the claim's own model with its own strategy."""
    stage = stage_of(claim.strategy or "")
    most = max(claim.gpus or 1, (told.hardware.gpus or 1) * told.hardware.nodes)
    fewest = next((n for n in range(2, most + 1) if told.fits(claim, n, stage)), None)
    if fewest is not None:
        return f"name the smallest count it runs on: `base: {{gpus: {fewest}}}`"
    return (
        f"up to {counted(most, 'GPU')} do not hold it either: say with what it fits (LoRA, an "
        "8-bit optimizer, offloading), and what it is compared with"
    )


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
            yield found("report-bandwidth-unclear", field, message, hint)


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
        yield found("report-method-missing", "method", message, hint)


def measurements_are_printed(told: Told) -> Iterator[Finding]:
    for field, claim in told.claims:
        if claim.of == "measurement" and claim.value is None:
            message = f"{claim.says} was measured, and its figure is not printed"
            yield found("report-measurement-withheld", field, message, "add its `value`")
