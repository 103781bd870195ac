"""Which instance type: the alternatives at their price, and the rate at which each would pay."""

from __future__ import annotations

from collections.abc import Iterator

from awsml import catalog
from awsml.advice import Advice
from awsml.basis import Estimate
from awsml.catalog import Instance
from awsml.decide.saving import saved
from awsml.decide.training.evidence import Evidence, hourly_price
from awsml.decide.training.instance_rows import Candidate, because, measured_row, own_row, row
from awsml.finding import Fix
from awsml.kinds.kind import Choice
from awsml.units import format_usd

_MOST_ROWS = 6
_MOST_FALLBACKS = 3
# A type for a job that says nothing of its needs: one GPU that holds a common model.
_COMMON_GPU_GIB = 16.0
_COMMON_CORES = 4


def choose_instance(evidence: Evidence) -> Choice | None:
    """The cheapest that can do it, where the scenario says `auto` and the region has prices."""
    if evidence.workload.instance is not None or evidence.region is None:
        return None
    wants_gpu = _wants_gpu(evidence)
    able = (one for one in _priced(evidence) if _common(one.instance, wants_gpu))
    best = min(able, key=lambda one: one.usd_per_hour, default=None)
    if best is None:
        return None
    what = f"one GPU of {_COMMON_GPU_GIB:g} GiB or more" if wants_gpu else f"{_COMMON_CORES} cores"
    where = f"{format_usd(best.usd_per_hour)} an hour in {evidence.region}"
    return Choice(best.name, f"the cheapest with {what}, {where}")


def instance_advice(evidence: Evidence) -> Advice | None:
    """Rows of similar types; dollars where the job ran on one, else the rate at which it pays."""
    here = catalog.instance(evidence.workload.instance or "")
    if here is None or evidence.region is None:
        return None
    similar = _similar_types(here, evidence)
    if not similar:
        return None
    known = {one.name: measured_row(one, evidence) for one in similar}
    rows = [known[one.name] or row(one, evidence) for one in similar]
    better = [each for each in rows if each.verdict == "better"]
    best = min(better, key=lambda each: (each.usd and each.usd.expected) or 0.0, default=None)
    unmeasured = f"workload.samples_per_second on {similar[0].name}"
    return Advice(
        subject="instance",
        recommend=f"move to {best.option}" if best else _recommendation(here, similar, evidence),
        because=_because(here, similar, evidence),
        saves_usd=_saved(evidence.usd, best.usd if best else None, unmeasured),
        saves_seconds=_saved(evidence.billed, best.seconds if best else None, unmeasured),
        alternatives=(own_row(here, evidence), *rows),
        field="compute.instance",
        fixes=tuple(_fallback_fix(similar, evidence)),
        notes=(*_life_notes(here), *_fallback_notes(evidence)),
        change=here.retired or best is not None,
    )


def _similar_types(here: Instance, evidence: Evidence) -> list[Candidate]:
    """Cheapest first; a type on which the job has run stands in whatever it is made of."""
    able = sorted(_priced(evidence), key=lambda one: one.usd_per_hour)
    ran = [one for one in able if one.name in evidence.elsewhere]
    alike = [one for one in able if one not in ran and _similar(one.instance, here)]
    if not (ran or alike) and here.life is not None:  # AWS names others, if of less memory
        alike = [one for one in able if one.instance.name in here.life.replaced_by]
    return [*ran, *alike][: max(_MOST_ROWS, len(ran))]


def _saved(before: Estimate, after: Estimate | None, unmeasured: str) -> Estimate:
    return Estimate.unknown(before.unit, unmeasured) if after is None else saved(before, after)


def _priced(evidence: Evidence) -> Iterator[Candidate]:
    """Types that train, still exist, and have a price where the job runs."""
    for one in catalog.instances():
        if one.retired or "training" not in catalog.accepted_by(one.ml_name):
            continue
        price = hourly_price(one.ml_name, evidence.region)
        if price.expected is not None and _algorithm_runs_on(one, evidence):
            yield Candidate(one, price.expected)


def _algorithm_runs_on(one: Instance, evidence: Evidence) -> bool:
    """The guide names the families that a built-in algorithm is tested on."""
    name = evidence.workload.algorithm
    facts = catalog.algorithm(name) if name else None
    return facts is None or not facts.training_families or one.family in facts.training_families


def _wants_gpu(evidence: Evidence) -> bool:
    work = evidence.workload
    facts = catalog.algorithm(work.algorithm) if work.algorithm else None
    return facts.needs_gpu if facts else work.image not in ("sklearn", "xgboost")


def _common(one: Instance, gpu: bool) -> bool:
    if not gpu:
        x86 = one.architecture == "x86_64"
        return x86 and one.accelerators == 0 and one.vcpus >= _COMMON_CORES
    return one.gpus == 1 and (one.accelerator_gib or 0.0) >= _COMMON_GPU_GIB


def _similar(one: Instance, here: Instance) -> bool:
    """As many devices of the same kind with no less memory; else no fewer cores and memory."""
    if one.name == here.name or one.architecture != here.architecture:
        return False
    if here.accelerator is None:
        enough = one.vcpus >= here.vcpus and one.memory_gib >= here.memory_gib
        return one.accelerator is None and enough
    if one.accelerator is None or one.accelerator.kind != here.accelerator.kind:
        return False
    memory, wanted = one.accelerator_gib or 0.0, here.accelerator_gib or 0.0
    return one.accelerators == here.accelerators and memory >= wanted * 0.98


def _recommendation(here: Instance, similar: list[Candidate], evidence: Evidence) -> str:
    if here.retired:
        return f"move to {similar[0].name}"
    price = evidence.usd_per_hour.expected
    if price is None or similar[0].usd_per_hour < price:
        return f"measure one epoch on {similar[0].name}"
    return f"keep {here.ml_name}"


def _because(here: Instance, similar: list[Candidate], evidence: Evidence) -> str:
    if here.retired:
        return because(here, evidence)
    cheapest = similar[0]
    return (
        f"{here.ml_name} costs {because(here, evidence)}, "
        f"{cheapest.name} {format_usd(cheapest.usd_per_hour)} an hour"
    )


def _life_notes(here: Instance) -> Iterator[str]:
    """Where a type is to be had at all; a retired one has its end as the reason."""
    if here.life is not None and here.life.status == "limited":
        yield f"{here.ml_name}: {here.life.note}"


def _fallback_fix(similar: list[Candidate], evidence: Evidence) -> Iterator[Fix]:
    """Names for a shortage of capacity, cheapest first; Spot allows none."""
    if evidence.workload.fallback or evidence.workload.spot is not None:
        return
    names = ", ".join(one.name for one in similar[:_MOST_FALLBACKS])
    yield Fix("compute.fallback", f"[{names}]")


def _fallback_notes(evidence: Evidence) -> Iterator[str]:
    listed = evidence.workload.fallback
    prices = {name: hourly_price(name, evidence.region).expected for name in listed}
    known = {name: usd for name, usd in prices.items() if usd is not None}
    order = sorted(known, key=lambda name: known[name])
    if len(known) == len(listed) > 1 and order != list(listed):
        steps = ", ".join(f"{name} {format_usd(known[name])}" for name in order)
        yield f"compute.fallback from cheap to dear: {steps} an hour"
    if listed and evidence.workload.spot is not None:
        yield "Spot takes no compute.fallback: AWS refuses the two together"
