"""Which instance type: the alternatives at their price, and the rate at which each would pay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from awsml import catalog
from awsml.advice import Advice, Alternative
from awsml.basis import Estimate
from awsml.catalog import Instance
from awsml.decide.evidence import Evidence, hourly_price, setting_of
from awsml.estimate.breakdown import compute_seconds, decode_limit
from awsml.estimate.rates import Case
from awsml.finding import Fix
from awsml.kinds.kind import Choice
from awsml.units import format_duration, format_usd

_MOST_ROWS = 6
_MOST_FALLBACKS = 3
# A type for a job that says nothing of its needs: one GPU that holds a common model.
_COMMON_GPU_GIB = 16.0
_COMMON_CORES = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A type that could do the job, and its hourly price in the region."""

    instance: Instance
    usd_per_hour: float

    @property
    def name(self) -> str:
        return self.instance.ml_name


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
    """Rows of similar types; dollars an epoch where the rate is known, else what to measure."""
    here = catalog.instance(evidence.workload.instance or "")
    if here is None or evidence.region is None:
        return None
    similar = sorted(
        (one for one in _priced(evidence) if _similar(one.instance, here)),
        key=lambda one: one.usd_per_hour,
    )[:_MOST_ROWS]
    if not similar:
        return None
    return Advice(
        subject="instance",
        recommend=_recommendation(here, similar, evidence),
        because=_because(here, evidence),
        saves_usd=Estimate.unknown("USD", f"workload.samples_per_second on {similar[0].name}"),
        saves_seconds=Estimate.unknown("s", f"workload.samples_per_second on {similar[0].name}"),
        alternatives=(
            _own_row(here, evidence),
            *(_row(one, evidence) for one in similar),
        ),
        field="compute.instance",
        fixes=tuple(_fallback_fix(similar, evidence)),
        notes=tuple(_fallback_notes(evidence)),
        change=here.retired,
    )


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
        return one.accelerators == 0 and one.vcpus >= _COMMON_CORES
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


def _because(here: Instance, evidence: Evidence) -> str:
    if here.life is not None and here.retired:
        return f"{here.ml_name} is {here.life.status}: {here.life.note}"
    epoch = _usd_per_epoch(evidence)
    price = evidence.usd_per_hour.expected
    hourly = "unknown" if price is None else f"{format_usd(price)} an hour"
    return f"{hourly}, {format_usd(epoch)} an epoch" if epoch is not None else hourly


def _own_row(here: Instance, evidence: Evidence) -> Alternative:
    return Alternative(
        here.ml_name,
        "impossible" if here.retired else "chosen",
        f"{_made_of(here)}; {_because(here, evidence)}",
        evidence.usd,
        evidence.billed,
    )


def _row(one: Candidate, evidence: Evidence) -> Alternative:
    """Without a rate of its own a type can only say at which rate it would pay."""
    made = f"{_made_of(one.instance)}; {format_usd(one.usd_per_hour)} an hour"
    price = evidence.usd_per_hour.expected
    if price is None:
        return Alternative(one.name, "unknown", made)
    share = one.usd_per_hour / price
    rate = evidence.workload.samples_per_second
    limit = _decodes(one, evidence)
    if rate is None:
        epoch = compute_seconds(evidence.workload)
        time = f" of under {format_duration(epoch / share)}" if epoch else ""
        pays = f"pays with an epoch{time} ({1 / share:.2f} times the time here)"
        return Alternative(one.name, "unknown", f"{made}; {pays}")
    pays = f"pays above {rate * share:,.4g} samples/s: measure one epoch"
    if limit is not None and limit < rate * share:
        cores = f"its {one.instance.vcpus} cores decode at most {limit:,.4g} samples/s"
        return Alternative(
            one.name, "worse", f"{made}; {cores}, and it pays above {rate * share:,.4g}"
        )
    return Alternative(one.name, "unknown", f"{made}; {pays}")


def _decodes(one: Candidate, evidence: Evidence) -> float | None:
    setting = setting_of(one.name, evidence.rates)
    if setting is None:
        return None
    return decode_limit(evidence.workload, setting.machine, evidence.rates.at(Case.FAST))


def _made_of(one: Instance) -> str:
    device = ""
    if one.accelerator is not None:
        device = f"{one.accelerators} x {one.accelerator.name} {one.accelerator_gib or 0:.0f} GiB, "
    disk = f"{one.disk_gb} GB NVMe" if one.disk_gb else "EBS only"
    return f"{device}{one.vcpus} cores, {one.card_baseline_gbps or 0:g} Gbps, {disk}"


def _usd_per_epoch(evidence: Evidence) -> float | None:
    expected, price = evidence.expected, evidence.usd_per_hour.expected
    if expected is None or expected.epochs is None or price is None:
        return None
    each = expected.epochs / (evidence.workload.epochs or 1.0)
    return each * price * evidence.workload.count / 3600


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
